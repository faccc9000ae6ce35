"""Photos of yards: decoded to prove they are pictures, made upright, shrunk and written anew.

What leaves here is our own JPEG: no EXIF (a phone writes the place and the owner into it), nothing hidden behind
the picture. Limits come before decoding: bytes, then pixels, because a file of some kilobytes can unpack to
gigabytes. Source: OWASP ASVS 5.0, V5 (files); measured with Pillow 13.
"""

import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from PIL.Image import Transpose

from budget.errors import PhotoTooLarge, PhotoUnreadable

warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # our own limit is lower

LIMIT_BYTES = 8 * 1024 * 1024
LIMIT_PIXELS = 50_000_000
"""The most a telephone's camera makes by default; a plain JPEG is decoded at the scale we need."""
LIMIT_PIXELS_WHOLE = 25_000_000
"""The same for what must be unpacked whole: PNG, WebP, progressive JPEG."""

_FORMATS = ("JPEG", "PNG", "WEBP")
_SIDE, _SMALL_SIDE = 1600, 480
_ORIENTATION = 0x0112  # the EXIF tag
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    struct.error,
    zlib.error,
)
"""All that Pillow's decoders raise on damaged files."""


@dataclass(frozen=True)
class Picture:
    """A photo ready to be kept: JPEG bytes of at most 1600 px and a thumbnail of at most 480 px a side."""

    width: int
    height: int
    content: bytes
    thumbnail: bytes


def prepare(data: bytes) -> Picture:
    """Make a picture of what was uploaded.

    Raises: PhotoTooLarge(limit_bytes, limit_pixels, by="bytes"|"pixels"), PhotoUnreadable.
    """
    if len(data) > LIMIT_BYTES:
        raise _too_large("bytes")
    image = _decoded(data)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((_SMALL_SIDE, _SMALL_SIDE), Image.Resampling.LANCZOS)
    return Picture(image.width, image.height, _jpeg(image, 82), _jpeg(small, 78))


def _decoded(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            _check_pixels(image)
            image.draft("RGB", (_SIDE, _SIDE))  # only a plain JPEG heeds this
            image.load()
            return _upright_on_white(image, _orientation(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large("pixels") from None
    except _BROKEN:
        raise PhotoUnreadable from None


def _check_pixels(image: Image.Image) -> None:
    whole = image.format != "JPEG" or image.info.get("progressive")
    if image.width * image.height > (LIMIT_PIXELS_WHOLE if whole else LIMIT_PIXELS):
        raise _too_large("pixels")


def _orientation(image: Image.Image) -> int:
    """How the camera was held; a damaged EXIF block says nothing, and the picture stays as it is."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _upright_on_white(image: Image.Image, orientation: int) -> Image.Image:
    """A new picture without anything but its pixels; transparent places become white."""
    seen = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    canvas = Image.new("RGB", seen.size, "white")
    canvas.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    turn = _UPRIGHT.get(orientation)
    return canvas.transpose(turn) if turn is not None else canvas


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _too_large(by: str) -> PhotoTooLarge:
    return PhotoTooLarge(by=by, limit_bytes=LIMIT_BYTES, limit_pixels=LIMIT_PIXELS)
