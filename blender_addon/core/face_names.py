"""How known faces call their shape keys, and of which ARKit expressions each is made: data only.

In a shape key's name `{side}` stands for L and R, and the expressions beside it for those of that
side. An expression without its side means the mean of both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Weights = dict[str, float]

ARKIT: tuple[str, ...] = (
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight"),
    *("eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight"),
    *("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight"),
    *("eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight"),
    *("eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight"),
    *("mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight"),
    *("mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight"),
    *("mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight"),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *("mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight"),
    *("mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight", "tongueOut"),
)
"""The 52 facial expressions that a clip moves."""

REGIONS: dict[str, tuple[str, ...]] = {
    "smile": ("mouthSmile", "mouthFrown", "mouthDimple"),
    "mouth": ("jaw", "mouth", "tongue"),
    "lids": ("eyeBlink", "eyeSquint", "eyeWide"),
    "gaze": ("eyeLook",),
    "brows": ("brow",),
    "cheeks": ("cheek", "nose"),
}
"""Parts of a face that are carried by one family each: how the expressions of a part begin. The
first part that an expression fits is its own."""


@dataclass(frozen=True)
class FaceNames:
    """One family of faces: shape key → the expressions it is made of, with their weights.

    `spare`: shape keys for expressions that no other one carries, the best first.
    """

    title: str
    shapes: dict[str, Weights]
    spare: dict[str, Weights] = field(default_factory=dict[str, Weights])


def _same(pairs: str) -> dict[str, Weights]:
    """Shape keys that are one expression each: `Shape=expression` pairs separated by blanks."""
    split = (pair.split("=") for pair in pairs.split())
    return {shape: {expression: 1.0} for shape, expression in split}


_VOWELS: dict[str, Weights] = {
    "aa": {
        "jawOpen": 1.11,
        "mouthClose": -0.59,
        "mouthFunnel": -0.82,
        "mouthPucker": 0.04,
        "mouthPress": -0.19,
        "mouthStretch": -1.39,
        "mouthLowerDown": 0.51,
        "mouthUpperUp": 0.16,
    },
    "ee": {
        "jawOpen": -0.03,
        "mouthClose": 0.26,
        "mouthFunnel": -0.35,
        "mouthPucker": 0.07,
        "mouthPress": -0.14,
        "mouthStretch": 0.73,
        "mouthLowerDown": -0.76,
        "mouthUpperUp": 2.2,
    },
    "ih": {
        "jawOpen": -0.43,
        "mouthClose": 0.14,
        "mouthFunnel": 0.32,
        "mouthPucker": -0.03,
        "mouthPress": 0.03,
        "mouthStretch": 1.24,
        "mouthLowerDown": 0.54,
        "mouthUpperUp": -0.08,
    },
    "oh": {
        "jawOpen": 0.66,
        "mouthClose": -0.17,
        "mouthFunnel": 1.67,
        "mouthPucker": -0.49,
        "mouthPress": -0.17,
        "mouthStretch": 0.09,
        "mouthLowerDown": -0.83,
        "mouthUpperUp": -0.43,
    },
    "ou": {
        "jawOpen": -0.5,
        "mouthClose": 2.28,
        "mouthFunnel": 0.22,
        "mouthPucker": 0.91,
        "mouthPress": -1.6,
        "mouthLowerDown": 1.01,
        "mouthUpperUp": -0.53,
    },
}
"""あ い う え お as VRM calls them; fitted by tests/vowel_fit.py, like the two below."""

_VISEMES: dict[str, Weights] = {
    "CH": {
        "jawOpen": -1.63,
        "mouthClose": 0.58,
        "mouthFunnel": 1.28,
        "mouthPucker": -0.19,
        "mouthPress": 0.07,
        "mouthStretch": -1.28,
        "mouthLowerDown": 1.52,
        "mouthUpperUp": 1.54,
    },
    "E": {
        "jawOpen": -0.03,
        "mouthClose": 0.27,
        "mouthFunnel": -0.37,
        "mouthPucker": 0.07,
        "mouthPress": -0.15,
        "mouthStretch": 0.78,
        "mouthLowerDown": -0.81,
        "mouthUpperUp": 2.35,
    },
    "I": {
        "jawOpen": -0.03,
        "mouthClose": 0.05,
        "mouthFunnel": 0.07,
        "mouthPucker": -0.05,
        "mouthStretch": 1.6,
        "mouthLowerDown": -0.12,
        "mouthUpperUp": -0.47,
    },
    "O": {
        "jawOpen": 0.66,
        "mouthClose": -0.18,
        "mouthFunnel": 1.76,
        "mouthPucker": -0.5,
        "mouthPress": -0.17,
        "mouthStretch": 0.12,
        "mouthLowerDown": -0.9,
        "mouthUpperUp": -0.51,
    },
    "SS": {
        "jawOpen": -0.9,
        "mouthClose": 0.31,
        "mouthFunnel": -0.17,
        "mouthPucker": 0.03,
        "mouthPress": 0.02,
        "mouthStretch": -0.09,
        "mouthLowerDown": 1.0,
        "mouthUpperUp": 0.76,
    },
    "U": {
        "jawOpen": -0.03,
        "mouthClose": 2.53,
        "mouthFunnel": -0.39,
        "mouthPucker": 1.11,
        "mouthPress": -2.05,
        "mouthStretch": 0.25,
        "mouthLowerDown": 0.42,
        "mouthUpperUp": -0.85,
    },
    "aa": {
        "jawOpen": 1.13,
        "mouthClose": -0.61,
        "mouthFunnel": -0.78,
        "mouthPucker": 0.03,
        "mouthPress": -0.19,
        "mouthStretch": -1.4,
        "mouthLowerDown": 0.5,
        "mouthUpperUp": 0.18,
    },
}
"""The visemes of Oculus that Korean needs; closed lips are the face at rest."""

_OPEN: Weights = {
    "jawOpen": 1.18,
    "mouthClose": -0.74,
    "mouthFunnel": 0.13,
    "mouthPucker": 0.03,
    "mouthPress": -0.14,
    "mouthLowerDown": 0.3,
    "mouthUpperUp": 0.42,
}
"""One shape for every open mouth."""

_GAZE = {
    "LookUp": {"eyeLookUp": 1.0},
    "LookDown": {"eyeLookDown": 1.0},
    "LookLeft": {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5},
    "LookRight": {"eyeLookInLeft": 0.5, "eyeLookOutRight": 0.5},
}


def _named(shapes: dict[str, Weights], names: str) -> dict[str, Weights]:
    """The same shapes under other names: `name=shape` pairs separated by blanks."""
    split = (pair.split("=") for pair in names.split())
    return {name: shapes[shape] for name, shape in split}


ARKIT_FACE = FaceNames("ARKit", {name: {name: 1.0} for name in ARKIT})

READY_PLAYER_ME = FaceNames(
    "Ready Player Me",
    {
        "mouthOpen": _OPEN,
        "mouthSmile": {"mouthSmile": 1.0},
        "eyesClosed": {"eyeBlink": 1.0},
        "eyesLookUp": {"eyeLookUp": 1.0},
        "eyesLookDown": {"eyeLookDown": 1.0},
    },
)

OCULUS = FaceNames(
    "Oculus visemes",
    {f"viseme_{name}": weights for name, weights in _VISEMES.items()}
    | {f"v_{name}": weights for name, weights in _VISEMES.items()}
    | _named(_VISEMES, "v_ih=I v_oh=O v_ou=U")
    | {"blink_{side}": {"eyeBlink": 1.0}, "lowerlid_{side}": {"eyeSquint": 1.0}},
)

VRM = FaceNames(
    "VRM",
    _VOWELS
    | _named(_VOWELS, "A=aa I=ih U=ou E=ee O=oh")
    | {"Blink_{side}": {"eyeBlink": 1.0}}
    | _GAZE,
    spare={"Blink": {"eyeBlink": 1.0}}
    | {name: {"mouthSmile": 0.5} for name in ("relaxed", "Fun", "happy", "Joy")},
)

VROID = FaceNames(
    "VRoid",
    _named(_VOWELS, "MTH_A=aa MTH_I=ih MTH_U=ou MTH_E=ee MTH_O=oh")
    | {
        "MTH_Fun": {"mouthSmile": 0.6},
        "MTH_Down": {"mouthFrown": 0.6},
        "EYE_Close_{side}": {"eyeBlink": 1.0},
        "EYE_Surprised": {"eyeWide": 1.0},
        "EYE_Fun": {"eyeSquint": 0.6},
        "BRW_Surprised": {"browInnerUp": 0.3, "browOuterUp": 0.7},
        "BRW_Angry": {"browDown": 1.0},
    },
    spare={"EYE_Close": {"eyeBlink": 1.0}},
)

MMD = FaceNames(
    "MMD",
    _named(_VOWELS, "あ=aa い=ih う=ou え=ee お=oh")
    | {
        "まばたき": {"eyeBlink": 1.0},
        "びっくり": {"eyeWide": 1.0},
        "笑い": {"eyeSquint": 0.3},
        "口角上げ": {"mouthSmile": 1.0},
        "口角下げ": {"mouthFrown": 1.0},
        "ぺろっ": {"tongueOut": 1.0},
        "上": {"browInnerUp": 0.3, "browOuterUp": 0.7},
        "下": {"browDown": 0.5},
        "真面目": {"browDown": 0.5},
    },
    spare={
        "ウィンク2": {"eyeBlinkLeft": 1.0},
        "ウィンク2右": {"eyeBlinkRight": 1.0},
        "ウィンク": {"eyeBlinkLeft": 1.0},
        "ウィンク右": {"eyeBlinkRight": 1.0},
        "にやり": {"mouthSmile": 0.6},
    },
)

_REALLUSION_BOTH = _same(
    "Brow_Raise_Inner_{side}=browInnerUp Brow_Raise_Outer_{side}=browOuterUp "
    "Brow_Drop_{side}=browDown Eye_Blink_{side}=eyeBlink Eye_Squint_{side}=eyeSquint "
    "Eye_Wide_{side}=eyeWide Cheek_Raise_{side}=cheekSquint Mouth_Smile_{side}=mouthSmile "
    "Mouth_Frown_{side}=mouthFrown Mouth_Dimple_{side}=mouthDimple "
    "Mouth_L=mouthLeft Mouth_R=mouthRight Jaw_L=jawLeft Jaw_R=jawRight Jaw_Forward=jawForward "
    "Eye_L_Look_L=eyeLookOutLeft Eye_R_Look_L=eyeLookInRight Eye_L_Look_R=eyeLookInLeft "
    "Eye_R_Look_R=eyeLookOutRight Eye_L_Look_Up=eyeLookUpLeft Eye_R_Look_Up=eyeLookUpRight "
    "Eye_L_Look_Down=eyeLookDownLeft Eye_R_Look_Down=eyeLookDownRight Tongue_Out=tongueOut"
)

REALLUSION_4 = FaceNames(
    "Reallusion CC4",
    _REALLUSION_BOTH
    | _same(
        "Jaw_Open=jawOpen Mouth_Close=mouthClose Nose_Sneer_{side}=noseSneer "
        "Cheek_Puff_{side}=cheekPuff Mouth_Stretch_{side}=mouthStretch "
        "Mouth_Press_{side}=mouthPress Mouth_Shrug_Upper=mouthShrugUpper "
        "Mouth_Shrug_Lower=mouthShrugLower Mouth_Up_Upper_{side}=mouthUpperUp "
        "Mouth_Down_Lower_{side}=mouthLowerDown Mouth_Pucker=mouthPucker "
        "Mouth_Pucker_Up_{side}=mouthPucker Mouth_Pucker_Down_{side}=mouthPucker "
        "Mouth_Funnel=mouthFunnel Mouth_Funnel_Up_{side}=mouthFunnel "
        "Mouth_Funnel_Down_{side}=mouthFunnel Mouth_Roll_In_Upper=mouthRollUpper "
        "Mouth_Roll_In_Lower=mouthRollLower Mouth_Roll_In_Upper_{side}=mouthRollUpper "
        "Mouth_Roll_In_Lower_{side}=mouthRollLower"
    ),
)

REALLUSION_3 = FaceNames(
    "Reallusion CC3",
    _REALLUSION_BOTH
    | _same(
        "Nose_Flank_Raise_{side}=noseSneer Cheek_Blow_{side}=cheekPuff Mouth_Pucker=mouthPucker "
        "Mouth_Pucker_Open=mouthFunnel Mouth_Lips_Tight=mouthPress Mouth_Plosive=mouthClose "
        "Mouth_Bottom_Lip_Under=mouthRollLower Mouth_Top_Lip_Under=mouthRollUpper "
        "Mouth_Top_Lip_Up=mouthUpperUp Mouth_Bottom_Lip_Down=mouthLowerDown "
        "Mouth_Widen_Sides=mouthStretch"
    )
    | {"Mouth_Open": {"jawOpen": 1.0, "mouthClose": -1.0}},
    spare=_same("Eye_Blink=eyeBlink Eyes_Blink=eyeBlink Mouth_Smile=mouthSmile"),
)

_QUARTERS = ("UL", "UR", "DL", "DR")

METAHUMAN = FaceNames(
    "MetaHuman",
    _same(
        "jawOpen=jawOpen jawLeft=jawLeft jawRight=jawRight jawFwd=jawForward tongueOut=tongueOut "
        "browRaiseIn{side}=browInnerUp browRaiseOuter{side}=browOuterUp browDown{side}=browDown "
        "eyeBlink{side}=eyeBlink eyeWiden{side}=eyeWide eyeSquintInner{side}=eyeSquint "
        "eyeCheekRaise{side}=cheekSquint eyeLookUp{side}=eyeLookUp "
        "eyeLookDown{side}=eyeLookDown eyeLookLeftL=eyeLookOutLeft eyeLookLeftR=eyeLookInRight "
        "eyeLookRightL=eyeLookInLeft eyeLookRightR=eyeLookOutRight "
        "noseWrinkle{side}=noseSneer mouthCornerPull{side}=mouthSmile "
        "mouthCornerDepress{side}=mouthFrown mouthStretch{side}=mouthStretch "
        "mouthDimple{side}=mouthDimple mouthUpperLipRaise{side}=mouthUpperUp "
        "mouthLowerLipDepress{side}=mouthLowerDown mouthLipsPress{side}=mouthPress "
        "mouthLeft=mouthLeft mouthRight=mouthRight mouthCheekBlow{side}=cheekPuff "
        "jawChinRaiseD{side}=mouthShrugLower jawChinRaiseU{side}=mouthShrugUpper"
    )
    | {f"mouthFunnel{at}": {"mouthFunnel": 1.0} for at in _QUARTERS}
    | {f"mouthLipsPurse{at}": {"mouthPucker": 1.0} for at in _QUARTERS}
    | {f"mouthLipsTogether{at}": {"mouthClose": 1.0} for at in _QUARTERS}
    | {
        f"mouthLipsRoll{at}": {"mouthRollUpper" if at[0] == "U" else "mouthRollLower": 1.0}
        for at in _QUARTERS
    },
)

FACES = (
    *(ARKIT_FACE, READY_PLAYER_ME, REALLUSION_4, REALLUSION_3, METAHUMAN),
    *(VROID, MMD, VRM, OCULUS),
)
"""Where two have as many shape keys for a part of a face, the first is taken."""
