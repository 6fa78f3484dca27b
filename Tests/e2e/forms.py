"""Reads the pages' forms as a browser does, without one."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form with what it would send as it stands."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A page's forms, and whether it holds anything that must not be there."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.forms: list[Form] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.words: list[str] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(text)
        self.close()

    def form(self, action: str, **values: str) -> Form:
        """The form that is sent there, the one with these values if there are several."""
        for form in self.forms:
            if form.action == action and values.items() <= form.values.items():
                return form
        raise AssertionError(f"no form to {action} on the page\n{self.text}")

    @property
    def said(self) -> str:
        """The text that a reader sees."""
        return " ".join(self.words)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        self.attributes += given
        if tag == "form":
            self.forms.append(Form(given["action"], given["method"]))
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name", "")
        if tag in ("input", "textarea", "select"):
            form.names.append(name)
        if tag == "input" and (
            given.get("type") not in ("checkbox", "radio") or "checked" in given
        ):
            form.values[name] = given.get("value", "")
        if tag == "textarea":
            self._textarea = name
            form.values[name] = ""
        if tag == "select":
            self._select = name
        if tag == "option" and self._select is not None and "selected" in given:
            form.values[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._textarea is not None:
            self.forms[-1].values[self._textarea] += data.removeprefix("\n")
