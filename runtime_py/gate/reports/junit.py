"""Reports -> JUnit XML, which every CI shows: a suite an artefact, a case a check."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from skinseg_mobile.runtime_py.gate.judge import GateReport
from skinseg_mobile.runtime_py.gate.verdict import Verdict


def junit(reports: Sequence[GateReport]) -> str:
    """Return the document; what was not run is `skipped` with its reason."""
    root = ET.Element("testsuites", name="skinseg-mobile gate")
    for report in reports:
        root.append(_suite(report))
    _count(root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(report: GateReport) -> ET.Element:
    name = f"{report.artefact}, {report.engine}"
    suite = ET.Element("testsuite", name=_legal(name))
    for check in report.checks:
        suite.append(_case(name, check.name, check.verdict, check.sentence))
    if not report.checks:
        suite.append(_case(name, "run", report.verdict, "; ".join(report.reasons)))
    _count(suite)
    return suite


def _case(suite: str, name: str, verdict: Verdict, sentence: str) -> ET.Element:
    case = ET.Element("testcase", classname=_legal(suite), name=name)
    if verdict is not Verdict.PASSED:
        tag = "failure" if verdict is Verdict.FAILED else "skipped"
        ET.SubElement(case, tag, message=_legal(sentence))
    return case


def _count(element: ET.Element) -> None:
    found = list(element.iter("testcase"))
    element.set("tests", str(len(found)))
    for attribute, tag in (("failures", "failure"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in found)))


def _legal(text: str) -> str:
    """Return text without the control characters that XML 1.0 cannot hold."""
    return "".join(c for c in text if c.isprintable())
