"""What the panel says in Korean."""

from __future__ import annotations

from bpy.app.translations import pgettext_iface

KOREAN = {
    "Generate": "생성",
    "Cancel": "취소",
    "Another Take": "다른 테이크",
    "Refresh the Lists": "목록 새로 고침",
    "Check Backend": "백엔드 점검",
    "Text": "대사",
    "Document": "문서",
    "Recording": "녹음 파일",
    "Style": "스타일",
    "Voice": "목소리",
    "Character": "캐릭터",
    "Intensity": "세기",
    "Seed": "시드",
    "Automatic": "자동",
    "Options": "옵션",
    "Results": "결과 폴더",
    "Begin at the Current Frame": "현재 프레임에서 시작",
    "Sound Strip": "사운드 스트립",
    "Word Markers": "단어 마커",
    "Cancelled": "취소됨",
    "Starting the backend": "백엔드를 시작하는 중",
    "Stopping": "멈추는 중",
    "Finished: waits for the end of your edit": "완료: 편집이 끝나기를 기다리는 중",
    "Bringing it into the scene": "장면에 불러오는 중",
    "reading the text": "글을 읽는 중",
    "speaking": "음성을 만드는 중",
    "listening to the recording": "녹음을 듣는 중",
    "planning the gestures": "몸짓을 계획하는 중",
    "moving": "움직임을 만드는 중",
    "bringing to life": "생기를 더하는 중",
    "building the character": "캐릭터를 만드는 중",
    "shaping the body": "몸",
    "face and skin": "얼굴과 피부",
    "clothes": "옷",
    "hair": "머리카락",
    "writing": "저장",
    "Online access is off: the backend stays offline": (
        "온라인 접근이 꺼져 있어 백엔드가 오프라인으로 작동합니다"
    ),
    "Let the selected armature, or another character, say and gesture the text": (
        "선택한 아마튜어나 다른 캐릭터가 대사를 말하고 몸짓하게 합니다"
    ),
    "Stop what is being made; the scene stays as it is": (
        "만들던 것을 멈춥니다. 장면은 그대로 남습니다"
    ),
    "Ask the backend again which styles, voices and characters it has": (
        "스타일, 목소리, 캐릭터 목록을 백엔드에 다시 묻습니다"
    ),
    "Start the backend and let it report what it has and what it lacks": (
        "백엔드를 시작해 갖춘 것과 빠진 것을 알려 줍니다"
    ),
    "Choose another seed, for another take of the same line": (
        "같은 대사의 다른 테이크를 위해 시드를 바꿉니다"
    ),
    "What the character says, in Korean": "캐릭터가 할 말(한국어)",
    "A longer text from the text editor, in place of the line above": (
        "윗줄 대신 쓸, 텍스트 에디터의 긴 글"
    ),
    "A recording of the text, in place of a synthetic voice": "합성 음성 대신 쓸, 대사의 녹음",
    "The manner of the gestures": "몸짓의 방식",
    "Who speaks": "말하는 목소리",
    "The best voice that the backend has": "백엔드가 가진 가장 좋은 목소리",
    "The character that is brought into the scene": "장면에 불러올 캐릭터",
    "How large and frequent the gestures are": "몸짓의 크기와 빈도",
    "Mode": "모드",
    "Gestures": "몸짓",
    "Speech with the gestures that go with it": "말과 그에 어울리는 몸짓",
    "Sign Language": "수어",
    "Korean Sign Language, without a voice": "음성 없는 한국수어",
    "This backend cannot sign yet: update it, or choose Gestures": (
        "이 백엔드는 아직 수어를 할 수 없습니다. 백엔드를 업데이트하거나 몸짓을 고르세요"
    ),
    "this backend cannot sign yet: choose Gestures": (
        "이 백엔드는 아직 수어를 할 수 없습니다. 몸짓을 고르세요"
    ),
    "Speech": "음성",
    "Where the voice comes from": "음성을 어디서 가져올지",
    "A synthetic voice says the text": "합성 음성이 대사를 말합니다",
    "Your own recording of the text": "대사를 직접 녹음한 파일",
    "Move Like": "움직임 본보기",
    "A motion file (BVH, npz, …) of somebody whose way of moving is taken on": (
        "움직이는 방식을 본뜰 사람의 모션 파일(BVH, npz 등)"
    ),
    "Emblems": "상징 몸짓",
    "Also make gestures that stand for words, such as a thumb up for 최고": (
        "“최고”에 엄지를 드는 것처럼 말을 대신하는 몸짓도 합니다"
    ),
    "Who performs": "누가 연기할지",
    "Add to Scene": "장면에 추가",
    "Bring the chosen character into the scene, at rest": (
        "고른 캐릭터를 쉬는 자세로 장면에 불러옵니다"
    ),
    "Adding the character": "캐릭터를 불러오는 중",
    "Selected": "선택한 것",
    "The armature that is selected; without one, a character of the library": (
        "선택한 아마튜어. 없으면 라이브러리의 캐릭터"
    ),
    "Library": "라이브러리",
    "One of momjit's characters, or of your own": "momjit의 캐릭터나 직접 만든 캐릭터",
    "File": "파일",
    "A rigged character from a file: glb, vrm, fbx or blend": (
        "파일에 든 리깅된 캐릭터: glb, vrm, fbx, blend"
    ),
    "A rigged character, brought into the scene: glb, vrm, fbx or blend": (
        "장면에 불러올 리깅된 캐릭터: glb, vrm, fbx, blend"
    ),
    "{seconds} s left": "{seconds}초 남음",
    "{minutes}:{seconds:02} left": "{minutes}:{seconds:02} 남음",
    "nothing is being generated": "만들고 있는 것이 없습니다",
    "the last result is still being made; cancel it first": (
        "앞의 결과를 아직 만들고 있습니다. 먼저 취소하세요"
    ),
    "there is nothing to say: type a sentence, or choose a recording": (
        "할 말이 없습니다. 문장을 입력하거나 녹음 파일을 고르세요"
    ),
    "choose a character's file: glb, vrm, fbx or blend": (
        "캐릭터 파일을 고르세요: glb, vrm, fbx, blend"
    ),
    "the recording does not exist: {file}": "녹음 파일이 없습니다: {file}",
    "the character's file does not exist: {file}": "캐릭터 파일이 없습니다: {file}",
    "the motion file does not exist: {file}": "모션 파일이 없습니다: {file}",
    "the script does not exist: {file}": "대본 파일이 없습니다: {file}",
    "choose a recording, or let a voice speak": "녹음 파일을 고르거나 합성 음성을 쓰세요",
    "Another number, another take of the same line": "숫자를 바꾸면 같은 대사의 다른 테이크",
    "Else at the first frame of the scene": "끄면 장면의 첫 프레임에서 시작합니다",
    "Put the speech into the sequencer": "음성을 시퀀서에 넣습니다",
    "Mark every word or sign on the timeline": "타임라인에 단어나 수어마다 마커를 둡니다",
    "Right": "오른손",
    "Left": "왼손",
    "The right hand leads": "오른손이 주로 움직입니다",
    "The left hand leads: everything is mirrored": (
        "왼손이 주로 움직입니다. 모든 것이 거울처럼 바뀝니다"
    ),
    "Speed": "속도",
    "How fast is signed: 1 is the pace of the signers that were measured": (
        "수어의 빠르기. 1은 실제 수어 사용자에게서 잰 속도입니다"
    ),
    "Leading Hand": "주로 쓰는 손",
    "The hand of signs that need one, and the stronger of two": (
        "한 손 수어를 하는 손, 두 손 수어에서 앞서는 손"
    ),
    "Mouthing": "입 모양",
    "Korean words on the lips, without a voice": "목소리 없이 입으로 단어를 보입니다",
    "A draft for review by Deaf signers, not an interpreter": (
        "농인 수어 사용자의 검토를 위한 초안이며, 통역이 아닙니다"
    ),
    "there is nothing to sign: type a sentence": "수어로 옮길 말이 없습니다. 문장을 입력하세요",
    "reading the lexicon": "수어 사전을 읽는 중",
    "glossing": "글로스로 옮기는 중",
    "signing": "수어를 만드는 중",
    "signs are not performed anew in parts: generate another take": (
        "수어는 일부만 다시 만들 수 없습니다. 다른 테이크를 생성하세요"
    ),
}


CONTEXT = "momjit"
"""Of words that Blender translates in another meaning: a performance is no speed."""


def filled(template: str, **values: object) -> str:
    """A text in the language of the window, with the values in its places."""
    return pgettext_iface(template).format(**values)


def table(korean: dict[str, str]) -> dict[str, dict[tuple[str, str], str]]:
    """Blender's form of `korean`, for texts of the window and names of operators alike."""
    return {
        "ko_KR": {
            (context, english): text
            for english, text in korean.items()
            for context in ("*", "Operator", CONTEXT)
        }
    }
