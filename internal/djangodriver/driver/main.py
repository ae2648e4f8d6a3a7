"""mwcheck's driver: puts a project's own middleware classes, under its own
Django, between two probes and tells what they do.

It is started by "mwcheck conform --django" in the project's root, reads JSON
lines on stdin and answers each with one line on stdout. It needs Python 3.6 and
Django 1.10 or later, and nothing else.
"""
import json
import os

from . import bodies, calls, headers, state
from .bench import Bench
from .project import PROTOCOL, Project, Refused, text_of

# In the order in which they are run.
CASES = {
    function.__name__.replace("_", "-"): function
    for function in (
        calls.builds, calls.builds_without_serving, calls.next_once, calls.answers_or_calls, calls.nil_answer,
        calls.survives_plain, calls.survives_stream, calls.errors_stay_errors, calls.abort_passes, bodies.stream_unconsumed,
        bodies.stream_chunks, bodies.stream_whole, bodies.stream_errors, bodies.old_stream_closed, bodies.open_until_sent,
        bodies.content_length, bodies.no_body, headers.header_values, headers.vary_kept, headers.cookies_kept,
        headers.status_range, headers.etag_quoted, bodies.request_body, state.no_state, bodies.template_not_early,
        bodies.template_once, bodies.template_kept, calls.attribute_missing)
}


def check(project, index, case):
    b = Bench(project, index)
    try:
        CASES[case](b)
    except Exception as exc:
        return {"status": "unsupported", "reason": "the driver failed: %s: %s" % (type(exc).__name__, exc), "problems": []}
    status, reason = "pass", ""
    if b.found:
        status = "fail"
    elif not b.reached:
        status, reason = "unsupported", b.why or "the layer does not get into the situation"
    return {"status": status, "reason": reason, "problems": b.problems()}


def main(first):
    """Answers the first question, and those on stdin after it."""
    # What the project prints must not get between the answers.
    answers_out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    questions = os.fdopen(os.dup(0), "r", encoding="utf-8")
    nothing_in = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing_in, 0)
    try:
        project = Project(first["settings"])
        answer = project.describe(CASES)
    except BaseException as exc:
        project = None
        text = str(exc) if isinstance(exc, Refused) else text_of(exc, os.getcwd())
        answer = {"protocol": PROTOCOL, "error": text}
    while True:
        answers_out.write(json.dumps(answer) + "\n")
        answers_out.flush()
        line = questions.readline()
        if not line or project is None:
            break
        question = json.loads(line)
        answer = check(project, question["layer"], question["case"])
    # Threads of the project must not keep the process.
    os._exit(0)
