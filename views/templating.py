"""Jinja, with the detours taken out that a page of hundreds of values, texts and macros pays for.

The code that Jinja generates makes each value a `Markup`, which is at once joined to plain text; takes each call
through `Context.call`, which looks for `pass_context` and its kin; and an import looks through all globals for new
ones. Here a value is escaped into a plain string, a call is a call unless the function is marked as one of those, and
an imported file is run once. So a file of macros sees globals and its arguments, not the page's variables; templates
mean what they mean in Jinja otherwise, and tests/views/test_templating.py holds them against it.
"""

from collections.abc import MutableMapping
from keyword import iskeyword
from typing import Any, cast

from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]


def piece(value: Any) -> str:
    """A value as part of a page: markup as it is, anything else escaped."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return escape(value)


class _Code(CodeGenerator):
    """The generated code: `piece` for `escape`, and calls without `Context.call`."""

    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("piece = environment.piece")

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("piece(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if forward_caller or not self._is_plain(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for place, argument in enumerate([*node.args, *node.kwargs]):
            if place:
                self.write(", ")
            self.visit(argument, frame)
        self.write(")")

    def _is_plain(self, node: nodes.Call) -> bool:
        called = self.environment.globals.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        spreads = node.dyn_args is not None or node.dyn_kwargs is not None
        return not (
            hasattr(called, "jinja_pass_arg") or spreads or any(iskeyword(one.key) for one in node.kwargs)
        )


class _Template(Template):
    """A template whose import is the same for every page: its globals are the environment's."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002
        return super()._get_default_module()


class PageEnvironment(Environment):
    """The environment of all pages."""

    code_generator_class = _Code
    template_class = _Template
    piece = staticmethod(piece)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own where a template has none besides: a page copies them, and a `ChainMap` is slow to copy."""
        return super().make_globals(d) if d else self.globals


def drawn(template: str, macro: str, *values: Any) -> Markup:
    """What a macro of a file of macros makes of `values`."""
    module = current_app.jinja_env.get_template(template).module
    return cast(Markup, getattr(module, macro)(*values))


def init_app(app: Flask) -> None:
    """Before the first template is asked for."""
    all_stay = {"cache_size": -1}  # some 250 files; those kept by their last use are looked up under a lock
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, **all_stay}
    app.jinja_environment = PageEnvironment
