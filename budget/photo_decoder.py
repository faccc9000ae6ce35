"""The part of `budget.photos` that needs Pillow: decoding, turning, shrinking, writing."""

import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image
from PIL.Image import Transpose

from budget.errors import PhotoUnreadable
from budget.photos import LIMIT_PIXELS, LIMIT_PIXELS_WHOLE, Picture, too_large

warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # our own limit is lower

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


def picture_of(data: bytes) -> Picture:
    """The picture in a file. Raises: PhotoTooLarge(by="pixels"), PhotoUnreadable."""
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
        raise too_large("pixels") from None
    except _BROKEN:
        raise PhotoUnreadable from None


def _check_pixels(image: Image.Image) -> None:
    whole = image.format != "JPEG" or image.info.get("progressive")
    if image.width * image.height > (LIMIT_PIXELS_WHOLE if whole else LIMIT_PIXELS):
        raise too_large("pixels")


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
