"""Tables on devices: what arrives, what is there and how busy, campaigns, porting, pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.inputs.firm import firm_factor
from planner.model.arrays import Floats
from planner.plan.frames.reader import Reader, picked


def _stand_labels(reader: Reader, frame: pd.DataFrame, static: Any) -> pd.DataFrame:
    """Add device, maker and kind of the stands that rows are about."""
    stands = reader.inputs.stands
    devices = [reader.inputs.devices[s.d] for s in stands]
    makers = [reader.inputs.doc.devices[d].maker or "" for d in devices]
    columns: dict[str, Sequence[str]] = {"device": devices, "maker": makers, "kind": [s.offer.kind for s in stands]}
    for position, (column, labels) in enumerate(columns.items()):
        frame.insert(3 + position, column, picked(labels, static))
    return frame


def additions(reader: Reader) -> pd.DataFrame:
    """Devices that arrive, with the period to order them in and their price on arrival."""
    frame, values, where = reader.frame(reader.model.add, "devices")
    static = where[-1]
    stands, time = reader.inputs.stands, reader.time
    frame = _stand_labels(reader, frame, static)
    ordered = [
        time.names[
            max(
                int(
                    np.searchsorted(
                        time.offsets, max(time.offsets[t] - stands[j].offer.lead_time_months, 0) + 1e-9, side="right"
                    )
                )
                - 1,
                0,
            )
        ]
        for t, j in zip(where[0].tolist(), static.tolist(), strict=True)
    ]
    frame.insert(1, "order_period", ordered)
    prices = [
        time.series(stands[j].offer.price_per_unit or 0.0)[t] * reader.inputs.exchange(stands[j].offer.currency)
        for t, j in zip(where[0].tolist(), static.tolist(), strict=True)
    ]
    frame[f"price_{reader.currency}"] = values * np.array(prices)
    return frame


def fleet(reader: Reader) -> pd.DataFrame:
    """Devices in place (committed kinds) or rented (mean over the period), and how busy they are."""
    model, inputs, time = reader.model, reader.inputs, reader.time
    mean = time.hours / time.period_hours[:, None]
    rent = reader.values(model.rent)
    held = reader.values(model.fleet) + np.einsum("tkj,tk->tj", rent, mean)
    peak = np.maximum(reader.values(model.fleet), rent.max(axis=1, initial=0.0))
    busy = busy_devices(reader)
    t, j = np.nonzero(held)
    stands = inputs.stands
    frame = pd.DataFrame(
        {
            "period": np.array(time.names, object)[t],
            "site": np.array([s.site for s in stands], object)[j],
            "offer": np.array([s.name for s in stands], object)[j],
            "devices": held[t, j],
            "devices_peak": peak[t, j],
            "devices_busy": busy[t, j],
        }
    )
    frame = _stand_labels(reader, frame, j)
    equal = [inputs.doc.devices[d].h100_equivalents for d in inputs.devices]
    worth = np.array([np.nan if e is None else e for e in equal])
    frame["h100_equivalents"] = held[t, j] * worth[[s.d for s in stands]][j] if len(stands) else []
    return frame


def busy_devices(reader: Reader) -> Floats:
    """Return devices at work at each stand, mean over the period, shape (T, stands)."""
    model, time = reader.model, reader.time
    mean = time.hours / time.period_hours[:, None]
    busy = np.zeros((time.periods, len(reader.inputs.stands)))
    run = np.einsum("tkj,tk->tj", reader.values(model.run), mean)
    for n, mode in enumerate(reader.inputs.modes):
        busy[:, mode.stand] += run[:, n]
    train = reader.values(model.train)
    for n, (*_, stand) in enumerate(model.trainings):
        busy[:, stand] += train[:, n]
    return busy


def campaigns(reader: Reader) -> pd.DataFrame:
    """Which campaigns run, on what, where and from when."""
    frame, _, where = reader.frame(reader.model.choose, "runs")
    frame["units"] = [reader.model.options[j].units for j in where[-1].tolist()]
    frame["months"] = [reader.inputs.doc.campaigns[c].months for c in frame["campaign"]]
    return frame.drop(columns="runs")


def porting(reader: Reader) -> pd.DataFrame:
    """What is ported, and when it starts."""
    frame, _, _ = reader.frame(reader.model.port, "starts")
    given = [
        {"period": port.decision, "enablement": name}
        for name, port in sorted(reader.inputs.doc.enablements.items())
        if port.decision not in ("open", "never")
    ]
    both = pd.concat(
        [frame.drop(columns="starts"), pd.DataFrame(given, columns=["period", "enablement"])], ignore_index=True
    )
    both["workload"] = [reader.inputs.doc.enablements[e].workload for e in both["enablement"]]
    both["maker"] = [reader.inputs.doc.enablements[e].maker for e in both["enablement"]]
    return both


def pools(reader: Reader) -> pd.DataFrame:
    """What is rented of each pool, with the firm factor at the pool's size and at the amount rented."""
    rows = []
    rent = reader.values(reader.model.rent).max(axis=1, initial=0.0)
    for i, stand in enumerate(reader.inputs.stands):
        if stand.offer.pool is None:
            continue
        nodes = reader.time.series(stand.offer.pool.nodes)
        for t, name in enumerate(reader.time.names):
            factor = firm_factor(rent[t, i], stand.offer.pool)
            rows.append(
                (name, stand.name, stand.site, nodes[t], rent[t, i], stand.firm[t], factor, rent[t, i] * stand.firm[t])
            )
    columns = [
        "period",
        "offer",
        "site",
        "nodes",
        "rented_peak",
        "firm_factor",
        "firm_factor_at_rented",
        "firm_devices",
    ]
    return pd.DataFrame(rows, columns=columns)
