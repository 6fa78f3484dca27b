"""Reads the pages' forms as a browser does, without one."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]
HAS_NO_END = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Form:
    """A form with what it would send as it stands."""

    action: str
    method: str
    id: str = ""
    enctype: str = ""
    names: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)

    @property
    def values(self) -> dict[str, str]:
        """What stands in each field; of several boxes with one name the last one."""
        return dict(self.sent)

    def filled(self, values: dict[str, str]) -> list[tuple[str, str]]:
        """What it sends once these fields hold these values."""
        return [pair for pair in self.sent if pair[0] not in values] + list(values.items())


class Page(HTMLParser):
    """A page's forms, and whether it holds anything that must not be there."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.forms: list[Form] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.scripts: list[Attributes] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.lang = ""
        self._form: Form | None = None
        self._textarea: list[str] | None = None
        self._select: list[tuple[str, bool]] | None = None
        self._name = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

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
        assert len(given) == len(attributes), f"an attribute stands twice: {attributes}"
        self.tags.append(tag)
        self.attributes += given
        if tag not in HAS_NO_END and not (self.get_starttag_text() or "").endswith("/>"):
            self._open.append(tag)
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag == "script":
            self.scripts.append(given)
        if tag == "a":
            self.links.append(given["href"])
        self.sources += [given[name] for name in ("src", "href", "xlink:href") if name in given]
        if "id" in given:
            self.ids.append(given["id"])
        self._reads(tag, given)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> closes {self._open}"
        self._open.pop()
        if tag == "form":
            self._form = None
        if tag == "textarea" and self._textarea is not None:
            # A browser drops the line end that the markup begins with.
            self._send(self._name, "".join(self._textarea).removeprefix("\n"))
            self._textarea = None
        if tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._select if is_chosen]
            chosen += [value for value, _ in self._select]
            if chosen:
                self._send(self._name, chosen[0])
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._textarea is not None:
            self._textarea.append(data)

    def _reads(self, tag: str, given: Attributes) -> None:
        """Takes in what belongs to a form."""
        if tag == "form":
            self._form = Form(
                given["action"], given["method"], given.get("id", ""), given.get("enctype", "")
            )
            self.forms.append(self._form)
        if self._form is None:
            return
        name, kind = given.get("name", ""), given.get("type", "")
        if tag in ("input", "textarea", "select"):
            self._form.names.append(name)
            self._name = name
        if tag == "input" and kind == "file":
            self._form.files.append(name)
        elif tag == "input" and (kind not in ("checkbox", "radio") or "checked" in given):
            self._send(name, given.get("value", ""))
        elif tag == "textarea":
            self._textarea = []
        elif tag == "select":
            self._select = []
        elif tag == "option" and self._select is not None:
            self._select.append((given["value"], "selected" in given))
        elif tag == "button" and name:
            self._form.names.append(name)

    def _send(self, name: str, value: str) -> None:
        assert self._form is not None
        self._form.sent.append((name, value))
