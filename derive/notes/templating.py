"""Jinja2 environments for the three formats: an undefined name is an error, and what is not marked safe is escaped."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from derive.notes.escape import Markdown, Tex, escape_markdown, escape_tex
from derive.notes.typst_escape import Typst, escape_typst
from derive.resources import templates_dir


def tex_environment() -> Environment:
    """Templates in LaTeX: `<< value >>`, `<% statement %>`, `<# remark #>`."""
    return _plain(lambda value: value if isinstance(value, Tex) else escape_tex(str(value)))


def markdown_environment() -> Environment:
    """Templates in Markdown, with the delimiters of LaTeX templates."""
    return _plain(lambda value: value if isinstance(value, Markdown) else escape_markdown(str(value)))


def typst_environment() -> Environment:
    """Templates in Typst, with the delimiters of LaTeX templates."""
    return _plain(lambda value: value if isinstance(value, Typst) else escape_typst(str(value)))


def html_environment(folder: str = "notes") -> Environment:
    """Templates in HTML of a folder, with Jinja2's own delimiters and autoescape."""
    return Environment(
        loader=FileSystemLoader(templates_dir() / folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _plain(finalize: Callable[[object], str]) -> Environment:
    return Environment(
        loader=FileSystemLoader(templates_dir() / "notes"),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=finalize,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
