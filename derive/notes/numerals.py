"""Numbers as formulas."""

from __future__ import annotations

from math import isinf, isnan

DIGITS = 4


def shown(value: float) -> str:
    r"""A number with four digits: `0.1234`, `1.234 \times 10^{-5}`; what is not finite as `\infty`, or a dash."""
    if isnan(value):
        return r"\text{–}"
    if isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    mantissa, _, exponent = f"{value:.{DIGITS}g}".partition("e")
    if not exponent:
        return "0" if float(mantissa) == 0 else mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"
