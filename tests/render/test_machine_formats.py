import csv
import io
import json
import re
from urllib.parse import unquote

import junitparser
import pytest
import sarif_pydantic
import xmlschema

from preflight.render.renderer import FORMATS, make_renderer
from preflight.rules.registry import rules

from .outcomes import (
    HOSTILE,
    broken,
    check_outcome,
    every_kind,
    fix_outcome,
    photo,
    setting,
    text_of,
    unread,
)

# The shape that Ant's JUnit task, Jenkins and GitLab read, written from their documentation.
JUNIT_XSD = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
  <xs:complexType name="problem"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="message" type="xs:string"/>
    <xs:attribute name="type" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:attributeGroup name="counts">
    <xs:attribute name="name" type="xs:token" use="required"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="time" type="xs:decimal" use="required"/>
  </xs:attributeGroup>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="properties"><xs:complexType><xs:sequence>
        <xs:element name="property" maxOccurs="unbounded"><xs:complexType>
          <xs:attribute name="name" type="xs:token" use="required"/>
          <xs:attribute name="value" type="xs:string" use="required"/>
        </xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:choice minOccurs="0">
          <xs:element name="error" type="problem"/>
          <xs:element name="failure" type="problem"/>
        </xs:choice>
        <xs:attribute name="name" type="xs:string" use="required"/>
        <xs:attribute name="classname" type="xs:token" use="required"/>
        <xs:attribute name="time" type="xs:decimal" use="required"/>
      </xs:complexType></xs:element>
      <xs:element name="system-out" type="xs:string"/>
      <xs:element name="system-err" type="xs:string"/>
    </xs:sequence>
    <xs:attributeGroup ref="counts"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
    <xs:attribute name="hostname" type="xs:token" use="required"/>
    <xs:attribute name="timestamp" use="required"><xs:simpleType>
      <xs:restriction base="xs:dateTime">
        <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"/>
      </xs:restriction></xs:simpleType></xs:attribute>
    </xs:complexType></xs:element>
  </xs:sequence><xs:attributeGroup ref="counts"/></xs:complexType></xs:element>
</xs:schema>
"""


def rendered(format_, command="check", outcomes=None, **more):
    outcomes = every_kind(command) if outcomes is None else outcomes
    return text_of(make_renderer(format_, setting(command, **more)), outcomes)


@pytest.mark.parametrize("command", ["check", "fix"])
@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "text"])
def test_no_name_gets_through_unescaped(format_, command):
    text = rendered(format_, command)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
        text.replace("\r\n", "\n"),
    )
    text.encode("utf-8")


@pytest.mark.parametrize("command", ["check", "fix"])
def test_junit_is_valid_and_counts_right(command):
    text = rendered("junit", command)
    xmlschema.XMLSchema(JUNIT_XSD).validate(text)
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    cases = list(suite)
    assert suite.tests == len(cases) == len(every_kind())
    kinds = [type(case.result[0]).__name__ if case.result else "" for case in cases]
    assert kinds[:5] == ["", "Failure", "Failure", "Error", "Error"]
    assert suite.errors == 2
    assert suite.failures == kinds.count("Failure") == (13 if command == "check" else 2)
    assert cases[1].result[0].type == "truncated"
    assert "]]> <x>" in cases[4].result[0].text


def test_junit_fails_what_the_exit_code_fails():
    outcomes = [check_outcome("not-square.jpg"), check_outcome("broken.jpg", broken())]
    for fail_on, failures in ((None, 2), ("warning", 2), ("error", 1), ("never", 0)):
        text = rendered("junit", outcomes=outcomes, fail_on=fail_on)
        assert f'failures="{failures}"' in text


@pytest.mark.parametrize("command", ["check", "fix"])
def test_sarif_is_understood_by_a_parser_and_complete(command):
    document = json.loads(rendered("sarif", command))
    parsed = sarif_pydantic.Sarif.model_validate(document)
    (run,) = parsed.runs
    known = {rule.name for rule in rules()}
    assert {rule.id for rule in run.tool.driver.rules} == known
    assert {result.rule_id for result in run.results} <= known
    raw = document["runs"][0]
    for result in raw["results"]:
        assert raw["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
    (invocation,) = raw["invocations"]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 2


def test_sarif_addresses_lead_back_to_the_files(tmp_path):
    document = json.loads(rendered("sarif"))
    places = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in document["runs"][0]["results"]
    }
    assert {unquote(place, errors="surrogateescape") for place in places} >= set(HOSTILE)
    assert all(re.fullmatch(r"[A-Za-z0-9%/._~-]+", place) for place in places)
    absolute = check_outcome(str(tmp_path / "a b.jpg"))
    (place,) = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(rendered("sarif", outcomes=[absolute]))["runs"][0]["results"]
    }
    assert place.startswith("file:///")
    assert place.endswith("/a%20b.jpg")


def test_sarif_without_photos_is_a_document():
    document = json.loads(rendered("sarif", outcomes=[]))
    assert document["runs"][0]["results"] == []
    assert document["runs"][0]["invocations"] == [{"executionSuccessful": True}]


def test_sarif_says_where_in_the_file_the_damage_is():
    document = json.loads(rendered("sarif", outcomes=[check_outcome("cut.jpg", broken())]))
    regions = [
        result["locations"][0]["physicalLocation"].get("region")
        for result in document["runs"][0]["results"]
        if result["ruleId"] == "truncated"
    ]
    assert regions
    assert all(0 < region["byteOffset"] <= len(broken()) for region in regions if region)


def test_csv_has_one_row_a_photo():
    outcomes = [
        fix_outcome("made.jpg"),
        fix_outcome("as-it-is.jpg", photo(1024, 1024)),
        fix_outcome("broken.jpg", broken()),
        unread(),
    ]
    text = rendered("csv", "fix", outcomes)
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert [row["path"] for row in rows] == ["made.jpg", "as-it-is.jpg", "broken.jpg", "gone.jpg"]
    assert [row["standing"] for row in rows] == ["made-ready", "ready", "needs-you", "needs-you"]
    assert [row["status"] for row in rows] == ["fixed", "unchanged", "refused", ""]
    assert rows[0]["warnings"].split() == ["not-square", "low-resolution"]
    assert (rows[0]["width_px"], rows[0]["output_width_px"]) == ("400", "1024")
    assert rows[2]["errors"] == "truncated"
    assert rows[3]["why"].startswith("There is no file")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\uff1d1", "\t=1", "\r=1"])
def test_csv_holds_no_formula(name):
    text = rendered("csv", outcomes=[check_outcome(name)])
    cell = next(csv.DictReader(io.StringIO(text, newline="")))["path"]
    assert cell[0] == "'"


def test_csv_quotes_what_has_to_be():
    text = rendered("csv", outcomes=[check_outcome('a,"b";c.jpg')])
    assert text.splitlines()[1].startswith('"a,""b"";c.jpg",')


def unescaped(command):
    """What GitHub's runner makes of a command: properties and message."""
    match = re.fullmatch(r"::(error|warning|notice) file=(.*?),title=(.*?)::(.*)", command)
    assert match, command
    name, file, title, message = match.groups()
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        file, title = file.replace(code, character), title.replace(code, character)
    return name, file, title, message


def test_github_commands_name_file_and_rule():
    text = rendered("github", outcomes=[check_outcome("a,b:c%.jpg"), unread()])
    *commands, last = text.splitlines()
    parsed = [unescaped(command) for command in commands]
    assert [entry[:3] for entry in parsed] == [
        ("warning", "a,b:c%.jpg", "not-square"),
        ("warning", "a,b:c%.jpg", "low-resolution"),
        ("error", "gone.jpg", "needs you"),
    ]
    assert last == "preflight: 2 photos, of which 1 needs a person"


def test_github_commands_cannot_be_injected():
    for line in rendered("github").splitlines()[:-1]:
        assert unescaped(line)[1] != "x"


def test_github_notes_come_with_verbose_only():
    outcomes = [check_outcome("photo.jpg")]
    assert "::notice" not in rendered("github", outcomes=outcomes)
    assert "title=no-face::" in rendered("github", outcomes=outcomes, verbose=True)


def test_github_says_nothing_of_what_was_made_ready():
    assert rendered("github", "fix", [fix_outcome()]).count("\n") == 1
