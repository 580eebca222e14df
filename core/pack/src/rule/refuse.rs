//! The parts of CEL that rules do not have, each by name and with what to write instead.

use std::ops::Range;

use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, operators};

/// Why a text is no expression of the language, and where (bytes).
pub(super) struct Refusal {
    pub(super) range: Range<usize>,
    pub(super) message: String,
}

impl Refusal {
    /// A call of something that is no function here.
    pub(super) fn of_call(call: &CallExpr, range: Range<usize>) -> Self {
        let message = match call.func_name.as_str() {
            operators::IN => {
                "`in` is not part of the language; write a == 'x' || a == 'y'".to_owned()
            }
            operators::CONDITIONAL => {
                "`? :` is not part of the language; write a && b || !a && c".to_owned()
            }
            operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT => {
                "`[ ]` is not part of the language; functions read one value each, \
                 such as fact('level')"
                    .to_owned()
            }
            name => format!("methods are not part of the language; write {name}(...)"),
        };
        Self { range, message }
    }
}

/// The refusal of an expression of a kind that the language does not have; `token` is where it
/// begins, `call` all of it as far as it is a call.
pub(super) fn refusal(
    expr: &IdedExpr,
    token: Range<usize>,
    call: impl FnOnce(usize) -> Range<usize>,
) -> Refusal {
    let message = match &expr.expr {
        Cel::Map(_) | Cel::Struct(_) => {
            "maps and messages are not part of the language; \
             read facts with fact('key') and context with context('key')"
        }
        Cel::Select(_) => {
            "has() is not part of the language; fact('key') == 'text' is false where there is none"
        }
        Cel::Comprehension(_) => {
            "all, exists, exists_one, map and filter are not part of the language; \
             functions such as count('open', days(7)) look over many events"
        }
        Cel::Literal(LiteralValue::UInt(_)) => "unsigned numbers are not needed; leave out the u",
        Cel::Literal(LiteralValue::Bytes(_)) => "bytes are not part of the language; write 'text'",
        Cel::Literal(LiteralValue::Null) => {
            "null is not part of the language; a condition on a value that is missing does not hold"
        }
        _ => "this is not part of the language",
    };
    let range = match &expr.expr {
        Cel::Comprehension(_) | Cel::Select(_) => call(token.start),
        _ => token,
    };
    Refusal { range, message: message.to_owned() }
}
