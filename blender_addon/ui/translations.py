"""What the panel says in Korean."""

from __future__ import annotations

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
    "Intensity": "강도",
    "Seed": "시드",
    "Automatic": "자동",
    "Options": "옵션",
    "Results": "결과 폴더",
    "Backend Python": "백엔드 파이썬",
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
    "Let the selected armature, or a bundled character, say and gesture the text": (
        "선택한 아마튜어나 기본 캐릭터가 대사를 말하고 몸짓하게 합니다"
    ),
    "Stop generating; the scene stays as it is": "생성을 멈춥니다. 장면은 그대로 남습니다",
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
    "Brought into the scene, since no armature is selected": (
        "선택한 아마튜어가 없으므로 장면에 불러옵니다"
    ),
    "How large and frequent the gestures are": "몸짓의 크기와 빈도",
    "Another number, another take of the same line": "숫자를 바꾸면 같은 대사의 다른 테이크",
    "Else at the first frame of the scene": "끄면 장면의 첫 프레임에서 시작합니다",
    "Put the speech into the sequencer": "음성을 시퀀서에 넣습니다",
    "Mark every word on the timeline": "타임라인에 단어마다 마커를 둡니다",
}


def table(korean: dict[str, str]) -> dict[str, dict[tuple[str, str], str]]:
    """Blender's form of `korean`, for texts of the window and names of operators alike."""
    return {
        "ko_KR": {
            (context, english): text
            for english, text in korean.items()
            for context in ("*", "Operator")
        }
    }
