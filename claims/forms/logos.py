"""Logos on their way in: decoded and written anew, so that nothing but the picture's pixels is printed."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

LARGEST = 200_000  # bytes that may come in
WIDEST, HIGHEST = 400, 400  # pixels of what is kept
MOST_PIXELS = 16_000_000


class LogoField(forms.FileField):
    """A PNG or JPEG; what comes back is a PNG in base64, "" where none was sent."""

    widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg"})

    def __init__(self, **kwargs: Any) -> None:
        said = gettext_lazy("PNG or JPEG, at most 200 kB. It is made at most 400 pixels wide.")
        super().__init__(help_text=said, allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The logo as it is kept. Raises ValidationError."""
        file = super().clean(data, initial)
        if not file:
            return ""
        if file.size > LARGEST:
            raise ValidationError(
                _("This file has %(size)s kB, and 200 kB is the most. Save the logo smaller, and choose it again.")
                % {"size": f"{-(-file.size // 1000):,}"}
            )
        return written(file.read())


def of_base64(text: str) -> str:
    """A logo that was in the form already, checked and written anew; "" for none. Raises ValidationError."""
    if not text:
        return ""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise ValidationError(_("The logo got lost on its way. Choose it again.")) from fault
    return written(content)


def written(content: bytes) -> str:
    """The picture as PNG in base64, no larger than it is printed. Raises ValidationError where it is none."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("This picture has too many pixels. Save it smaller, and choose it again."))
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            bare = image.convert("RGBA" if clear else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise ValidationError(
            _("This is no PNG or JPEG that can be read. Save the logo as one of them, and choose it again.")
        ) from fault
    if bare.width > WIDEST or bare.height > HIGHEST:
        bare.thumbnail((WIDEST, HIGHEST))
    fresh = Image.new(bare.mode, bare.size)
    fresh.paste(bare)
    out = io.BytesIO()
    fresh.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()
