"""The same plan in linopy: labelled arrays in, labelled solution out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import linopy
import numpy as np
import xarray as xr
from linopy import solvers

from benchmarks.figures import SIZES, SLICES, Size
from benchmarks.measure import Clock, finish, now, peak_mb, started_from
from benchmarks.terms import terms


def main(folder: str, size_name: str) -> None:
    clock, size = Clock(), SIZES[size_name]
    with clock.part("read"):
        figures = dict(np.load(Path(folder) / "figures.npz"))
    with clock.part("build"):
        model, constant = build(size, figures)
    moments: list[float] = []
    plain = solvers._run_highs_with_keyboard_interrupt

    def run(handle: Any) -> None:
        moments.append(now())
        started_from(handle, Path(folder) / "optimal.bas")
        moments.append(now())
        plain(handle)
        moments.append(now())

    solvers._run_highs_with_keyboard_interrupt = run
    moments.append(now())
    model.solve("highs", io_api="direct", set_names=False, log_to_console=False, threads=1, output_flag=False)
    moments.append(now())
    began, loaded, called, returned, ended = moments
    clock.seconds |= {"to HiGHS": loaded - began, "solve": returned - called, "extract": ended - returned}
    with clock.part("extract"):
        np.savez(
            Path(folder) / "linopy-solution.npz",
            **{f"x {name}": values.to_numpy() for name, values in model.solution.items()},
            **{f"dual {name}": values.to_numpy() for name, values in model.dual.items()},
        )
    finish(clock, float(model.objective.value) + constant, model.nvars, model.ncons, peak_mb())


def build(size: Size, f: dict[str, Any]) -> tuple[linopy.Model, float]:
    """Return the model, and the constant of its objective; columns and rows are in the order of the raw arrays."""
    t = terms(size, f)
    T, K, W, R, S = size.periods, SLICES, size.workloads, size.regions, size.sites
    n_offers, C = len(t["offers"]), len(t["committed"])
    device = np.array([d for _, _, d in t["offers"]])
    axes = {"t": T, "k": K, "w": W, "r": R, "s": S, "o": n_offers, "c": C}
    index = {name: np.arange(count) for name, count in axes.items()}

    def labelled(values: Any, dims: str) -> xr.DataArray:
        return xr.DataArray(values, dims=list(dims), coords={d: index[d] for d in dims})

    def masked(values: Any, dims: str, full: str) -> xr.DataArray:
        return labelled(values, dims).broadcast_like(labelled(np.zeros([axes[d] for d in full]), full)).transpose(*full)

    m = linopy.Model(force_dim_names=True)

    def variable(name: str, dims: str, mask: Any = None) -> linopy.Variable:
        return m.add_variables(lower=0, coords=[(d, index[d]) for d in dims], name=name, mask=mask)

    allowed = labelled(f["allowed"], "ws")
    works = labelled(f["allowed"].T[None] & (f["rate"].T[device] > 0)[:, None, :], "osw")
    serve = variable("serve", "tkwrs", masked(f["allowed"], "ws", "tkwrs"))
    unmet = variable("unmet", "tkwr")
    run = variable("run", "tkosw", masked(works.to_numpy(), "osw", "tkosw"))
    fleet, add = variable("fleet", "tcs"), variable("add", "tcs")
    rent = variable("rent", "tks")

    m.add_constraints(serve.sum("s") + unmet == labelled(t["demand"], "tkwr"), name="demand")
    rate = labelled(f["rate"].T[device], "ow")
    m.add_constraints(
        serve.sum("r") - (rate * run).sum("o") <= 0, name="throughput", mask=masked(allowed, "ws", "tkws")
    )
    busy = (run * labelled(1 / f["utilisation"], "w")).sum("w")
    each = labelled(np.ones((K, C)), "kc") * fleet
    there = linopy.merge(
        [each.rename(c="o"), (1 * rent).expand_dims(o=[C])], dim="o", cls=linopy.LinearExpression
    )  # fmt: skip
    m.add_constraints(busy - there <= 0, name="occupancy", mask=masked(works.any("w"), "os", "tkos"))
    lasting = xr.DataArray(
        t["lasting"], dims=["c", "v", "t"], coords={"c": index["c"], "v": index["t"], "t": index["t"]}
    )
    m.add_constraints(fleet - (lasting * add.rename(t="v")).sum("v") == 0, name="accumulation")
    until = xr.DataArray(np.tri(T), dims=["t", "v"], coords={"t": index["t"], "v": index["t"]})
    m.add_constraints((until * add.rename(t="v")).sum(["v", "s"]) <= labelled(t["supply"], "tc"), name="supply")
    m.add_constraints(rent.sum("s") <= float(f["pool"][0]), name="pool")
    m.add_constraints((labelled(t["kw"] / 1000, "cs") * fleet).sum("c") <= labelled(f["power_mw"], "s"), name="power")

    m.add_objective(
        (labelled(t["serve"], "twrs") * serve).sum() + (t["unmet"] * unmet).sum() + (labelled(t["run"], "tos") * run).sum()
        + (labelled(t["fleet"], "tcs") * fleet).sum() + (labelled(t["add"], "tc") * add).sum()
        + (labelled(t["rent"], "ts") * rent).sum()
    )  # fmt: skip
    return m, t["constant"]


if __name__ == "__main__":
    main(*sys.argv[1:3])
