from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.printable import printable
from preflight.render.page.markup import element, stranger, web_link
from preflight.render.page.style import filter_style, is_rule_name


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data):
        self.text.append(data)


@given(st.text(), st.text())
def test_any_text_stays_text(content, value):
    reader = Reader()
    reader.feed(element("p", stranger(content), title=value))
    reader.close()
    assert reader.tags == ["p", "bdi"]
    assert "".join(reader.text) == printable(content)
    assert reader.attributes == [("title", printable(value))]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//host/x", "http:", "http://[", "file:///etc", ""],
)
def test_only_the_web_is_linked(address):
    assert "<a" not in web_link(address)


def test_link():
    assert web_link("https://a.b/?x=1&y", "a.b") == (
        '<a href="https://a.b/?x=1&amp;y" rel="noreferrer noopener nofollow">a.b</a>'
    )


@pytest.mark.parametrize("name", ["a{}*{x:y}", "</style>", "", "-a", "A", "a" * 62, "a\n"])
def test_odd_rule_names_get_into_no_style_sheet(name):
    assert not is_rule_name(name)
    assert filter_style([name]) == ""
