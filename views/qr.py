"""QR codes as pictures inside the page. The content policy allows no style attributes: the svg has none."""

import io

from markupsafe import Markup, escape


def svg(text: str, name: str) -> Markup:
    """The code of `text`, called `name` for who can't see it; black on white, with the margin of four modules that
    readers need (ISO/IEC 18004)."""
    import segno  # some pages of a few people need it: not every web worker pays for it

    out = io.BytesIO()
    plain = {
        "xmldecl": False,
        "svgns": False,
        "omitsize": True,
        "nl": False,
        "svgclass": None,
        "lineclass": None,
    }
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=4, light="#fff", **plain)
    drawn = out.getvalue().decode().removeprefix("<svg ")
    return Markup('<svg role="img" aria-label="%s" ') % escape(name) + Markup(drawn)  # noqa: S704  # only modules
