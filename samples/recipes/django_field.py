"""A form field of Django that keeps a ready copy of a photo, or says why there is none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from preflight import Severity, isolated

MAX_BYTES = 20_000_000


class AvatarField(forms.FileField):
    """`cleaned_data` holds a JPEG or PNG; with `repair=False` the file as it came."""

    def __init__(self, *, repair: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.repair = repair

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if data is None or file is None:  # left empty, and that is allowed or reported
            return file
        if file.size > MAX_BYTES:
            raise ValidationError("The photo is larger than 20 MB.")
        photo = file.read()
        if not self.repair:
            report = isolated.check(photo, timeout_s=20)
            wrong = [f.message for f in report.findings if f.severity is Severity.ERROR]
            if wrong:
                raise ValidationError(wrong)
            file.seek(0)
            return file
        result = isolated.fix(photo, timeout_s=20)
        if result.data is None:
            raise ValidationError(result.why)
        name = "avatar.png" if result.format == "png" else "avatar.jpg"
        return SimpleUploadedFile(name, result.data, f"image/{result.format}")


class ProfileForm(forms.Form):
    avatar = AvatarField()
