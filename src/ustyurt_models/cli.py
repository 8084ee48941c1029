"""The command line: words in, one call each, exit codes out. No logic lives here.

Exit codes: 0 done, 1 a check or a diagnostic failed, 2 bad input, 130 interrupted.
Everything heavy is imported inside the command that needs it (start-up under 0.5 s CPU).
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ustyurt_models import __version__
from ustyurt_models.checks import InputError

if TYPE_CHECKING:
    from ustyurt_models.study.load import Study

__all__ = ["main"]

INTERRUPTED = 130


def _run(args: argparse.Namespace) -> int:
    from ustyurt_models import workflow

    report = workflow.run(args.study, workflow.options(args))
    print(f"report: {report}")
    return 0


def _fit(args: argparse.Namespace) -> int:
    from ustyurt_models import workflow

    for path in workflow.fit(args.study, workflow.options(args)):
        print(f"posterior: {path}")
    return 0


def _simulate(args: argparse.Namespace) -> int:
    from ustyurt_models import workflow

    if args.only:
        from ustyurt_models.workflow.rerun import rerun

        again = rerun(args.study, workflow.options(args), args.only)
        print(f"{again.table}\n{again.verdict}")
        return 1 if again.differing else 0
    print(f"results: {workflow.simulate(args.study, workflow.options(args))}")
    return 0


def _report(args: argparse.Namespace) -> int:
    from ustyurt_models import workflow

    print(f"report: {workflow.report(args.study, workflow.options(args))}")
    return 0


def _power(args: argparse.Namespace) -> int:
    from ustyurt_models.workflow import options
    from ustyurt_models.workflow.power import plan_surveys

    answer = plan_surveys(args.study, options(args))
    print(f"{answer.table}\n{answer.advice}\nreport: {answer.page}")
    return 0 if answer.met else 1


def _observe(args: argparse.Namespace) -> int:
    from ustyurt_models.workflow import options
    from ustyurt_models.workflow.observing import observe

    found = observe(args.study, options(args), args.only)
    for path in found:
        print(f"survey: {path}")
    return 0


def _check_maps(study: "Study") -> list[str]:
    from ustyurt_models.study.crosscheck import resampled_surveys

    if not any(resampled_surveys(scenario) for scenario in study.scenarios):
        return []  # the landscape costs a second to read
    from ustyurt_models.workflow.simulation import check_survey_maps

    return check_survey_maps(study)


def _check(args: argparse.Namespace) -> int:
    from functools import partial

    from ustyurt_models.evidence import load_catalogue
    from ustyurt_models.study.overview import DataChecks, check_files
    from ustyurt_models.survey.check import check_file, check_survey

    catalogue = load_catalogue()
    pages = None
    if not args.no_page:
        from ustyurt_models.report.quality_files import QualityPages

        pages = QualityPages(args.page)
    checks = DataChecks(
        partial(check_survey, catalogue=catalogue),
        partial(check_file, catalogue=catalogue),
        pages.of_survey if pages else None,
        pages.of_file if pages else None,
        catalogue,
        _check_maps,
    )
    print(check_files(args.files, checks))
    return 0


def _compare(args: argparse.Namespace) -> int:
    from ustyurt_models import workflow

    print(workflow.compare(args.a, args.b))
    return 0


def _evidence(args: argparse.Namespace) -> int:
    from ustyurt_models.evidence.listing import listing

    print(listing(args.id, species=args.species, confidence=args.confidence, text=args.text))
    return 0


def _schema(args: argparse.Namespace) -> int:
    from ustyurt_models.study.editor_schema import study_json_schema

    print(json.dumps(study_json_schema(), indent=2))
    return 0


def _init(args: argparse.Namespace) -> int:
    from ustyurt_models.study.starter import write_starter

    print(f"study: {write_starter(args.folder)}")
    return 0


def _study_command(
    commands, name: str, does: str, call: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add one command that works on a study file."""
    command = commands.add_parser(name, help=does, description=does)
    command.add_argument("study", type=Path, help="study file (TOML)")
    command.add_argument("--output", type=Path, help="results folder (default results/<study>)")
    command.add_argument("--workers", type=int, help="parallel workers (default: all cores)")
    command.add_argument("--fresh", action="store_true", help="discard earlier results first")
    command.set_defaults(call=call)
    return command


def _parser() -> argparse.ArgumentParser:
    """Declare all commands."""
    parser = argparse.ArgumentParser(
        prog="ustyurt",
        description="From survey file to feasibility report for the Ustyurt Plateau.",
    )
    parser.add_argument("--version", action="version", version=f"ustyurt {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _study_command(commands, "run", "do everything that is not up to date, then report", _run)
    _study_command(commands, "fit", "fit the surveys only", _fit)
    does = "project the scenarios; resumes a killed run"
    simulate = _study_command(commands, "simulate", does, _simulate)
    again = "run one stored replicate alone and compare it with what is stored; 1 if it differs"
    simulate.add_argument("--only", metavar="SCENARIO:DRAW:REPLICATE", help=again)
    _study_command(commands, "report", "summarise and write the report only", _report)
    _study_command(commands, "power", "say what planned surveys would be able to see", _power)
    does = "survey a simulated world: files that rangers would bring home"
    observe = _study_command(commands, "observe", does, _observe)
    which = "which replicate (default: the very first)"
    observe.add_argument("--only", default="", metavar="SCENARIO:DRAW:REPLICATE", help=which)
    check = commands.add_parser("check", help="validate study and survey files, all faults at once")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    where = "page of data quality of a data file (default check/<name>.html)"
    check.add_argument("--page", type=Path, metavar="HTML", help=where)
    check.add_argument("--no-page", action="store_true", help="write no page of data quality")
    check.set_defaults(call=_check)
    compare = commands.add_parser("compare", help="paired differences between two scenarios")
    compare.add_argument("a", metavar="A", help="results folder, or folder:scenario")
    compare.add_argument("b", metavar="B", help="results folder, or folder:scenario")
    compare.set_defaults(call=_compare)
    evidence = commands.add_parser("evidence", help="list parameters with source and confidence")
    evidence.add_argument("id", nargs="?", help="show one parameter in full")
    evidence.add_argument("--species", help="only this species")
    evidence.add_argument("--confidence", choices=["A", "B", "C"], help="only this grade")
    evidence.add_argument("--text", help="only rows that contain this text")
    evidence.set_defaults(call=_evidence)
    schema = commands.add_parser("schema", help="print the JSON schema of study files")
    schema.set_defaults(call=_schema)
    init = commands.add_parser("init", help="write a new study folder that runs as it stands")
    init.add_argument("folder", type=Path)
    init.set_defaults(call=_init)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``ustyurt``; the process's own by default.

    Returns
    -------
    int
        Exit code.
    """
    args = _parser().parse_args(arguments)
    try:
        code = args.call(args)
        sys.stdout.flush()
        return code
    except InputError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        print(str(stop) or "interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
