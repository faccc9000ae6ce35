"""Photos of yards: decoded to prove they are pictures, made upright, shrunk and written anew.

What leaves here is our own JPEG: no EXIF (a phone writes the place and the owner into it), nothing hidden behind
the picture. Limits come before decoding: bytes, then pixels, because a file of some kilobytes can unpack to
gigabytes. Source: OWASP ASVS 5.0, V5 (files); measured with Pillow 13, which is in `budget.photo_decoder`.
"""

from dataclasses import dataclass

from budget.errors import PhotoTooLarge

LIMIT_BYTES = 8 * 1024 * 1024
LIMIT_PIXELS = 50_000_000
"""The most a telephone's camera makes by default; a plain JPEG is decoded at the scale we need."""
LIMIT_PIXELS_WHOLE = 25_000_000
"""The same for what must be unpacked whole: PNG, WebP, progressive JPEG."""


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
        raise too_large("bytes")
    # Pillow is 2 MB of a process, and few processes are sent photos
    from budget.photo_decoder import picture_of

    return picture_of(data)


def too_large(by: str) -> PhotoTooLarge:
    """The refusal, with what is allowed."""
    return PhotoTooLarge(by=by, limit_bytes=LIMIT_BYTES, limit_pixels=LIMIT_PIXELS)
