"""What the backend says of pictures, in Korean."""

from __future__ import annotations

KOREAN = {
    "no face found": "얼굴을 찾지 못했습니다",
    "the face is turned too far away, almost to a profile": "얼굴이 거의 옆을 향합니다",
    "the face is cut off by the edge of the picture": "얼굴이 사진 가장자리에서 잘렸습니다",
    "a hand covers part of the face": "손이 얼굴을 가립니다",
    "only a profile; a face seen from the front is needed": (
        "옆얼굴뿐입니다. 앞에서 본 얼굴이 필요합니다"
    ),
    "the face is blurred": "얼굴이 흐립니다",
    "the face is turned away or covered": "얼굴이 돌아갔거나 가려졌습니다",
    "a picture without colours; the skin's colour is needed": (
        "흑백 사진입니다. 피부색을 알 수 있어야 합니다"
    ),
    "a drawing, it seems; a photo is needed": "그림으로 보입니다. 사진이 필요합니다",
    "the eyes are not to be seen: sunglasses, or deep shadow": (
        "선글라스나 짙은 그늘 때문에 눈이 보이지 않습니다"
    ),
    "part of the face is covered": "얼굴 일부가 가려졌습니다",
    "part of the face is covered or unclear": "얼굴 일부가 가려졌거나 또렷하지 않습니다",
    "glasses; other pictures show the face without them": (
        "안경을 썼습니다. 벗은 얼굴이 다른 사진에 있습니다"
    ),
    "gender: woman or man could not be told from the pictures; say which it is": (
        "사진으로 성별을 알 수 없었습니다. 성별을 고르세요"
    ),
    "glasses are painted on the skin; pictures without them look better": (
        "안경이 피부에 그려졌습니다. 안경을 벗은 사진이 더 낫습니다"
    ),
    "the file is empty": "빈 파일입니다",
    "not a picture; JPEG, PNG, WebP, TIFF, BMP or HEIC": (
        "사진 파일이 아닙니다. JPEG, PNG, WebP, TIFF, BMP, HEIC를 쓸 수 있습니다"
    ),
    "the picture is damaged or cut off": "사진 파일이 깨졌거나 잘렸습니다",
    "GIF has too few colours; give a video, JPEG or PNG": (
        "GIF는 색이 너무 적습니다. 영상이나 JPEG, PNG를 쓰세요"
    ),
    "no picture of a face can be used": "쓸 수 있는 얼굴 사진이 없습니다",
}
