"""The latency of a link from where its ends are."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius of the International Union of Geodesy and Geophysics
FIBRE_KM_PER_MS = 200.0  # light in glass of refractive index 1.5: 299,792 km/s / 1.5, rounded
ROUTE_FACTOR = 1.0  # length of the fibre over the distance of its ends


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points on the Earth, each (latitude, longitude) in degrees.

    The haversine formula: 2 R asin sqrt(sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2)).
    """
    (latitude_a, longitude_a), (latitude_b, longitude_b) = ((radians(x), radians(y)) for x, y in (a, b))
    half_chord_squared = (
        sin((latitude_b - latitude_a) / 2) ** 2
        + cos(latitude_a) * cos(latitude_b) * sin((longitude_b - longitude_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half_chord_squared)))


def round_trip_ms(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the round trip in fibre between two points, ms, to the microsecond: 2 distance / 200 km per ms."""
    return fibre_ms(great_circle_km(a, b) * ROUTE_FACTOR)


def fibre_ms(length_km: float) -> float:
    """Return the round trip through so much fibre, ms, to the microsecond."""
    return round(2 * length_km / FIBRE_KM_PER_MS, 3)
