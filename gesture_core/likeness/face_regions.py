"""Outlines of the parts of a face among MediaPipe's 478 landmarks, in order around each part.

Left and right are the person's own. The lists name points of MediaPipe's canonical face mesh.
"""

OVAL = (
    (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377)
    + (152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
)  # fmt: skip
MIDDLE = (378, 400, 377, 152, 148, 176, 149, 61, 291, 205, 425, 50, 280)
"""Chin, corners of the mouth and the front of the cheeks: the border of the face's middle."""

EYES = {
    "left": (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
    "right": (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
}
BROWS = {
    "left": (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
    "right": (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
}
IRISES = {"left": (473, 474, 475, 476, 477), "right": (468, 469, 470, 471, 472)}
OUTER_LIPS = (
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
)  # fmt: skip
INNER_LIPS = (
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
)  # fmt: skip
