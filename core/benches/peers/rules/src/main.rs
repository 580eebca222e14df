//! One condition over the live profiles of many people, evaluated by us and by interpreters. Each
//! interpreter reads the same profiles in the fastest way that it offers, and keeps a parsed
//! program if it can. `..._prepared` is the same with the values at hand before the clock starts.

#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a benchmark stops at the first failure"
)]

mod live;
#[path = "../../../rules/people.rs"]
mod people;

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use cel::{Context, Env, Program, Value};
use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{DataValue, Engine, ParsedData};
use jexl_eval::Evaluator;
use live::{Fixed, NAMES, Seen, Viewer};
use peer_common::{Figures, answer};
use people::Condition;
use serde_json::json;
use staykit_core::rules::holds;

const TEXT: &str = "screens >= 3 && workouts == 0 && hour >= 18";
const JSON_LOGIC: &str = r#"{"and": [{">=": [{"var": "screens"}, 3]},
    {"==": [{"var": "workouts"}, 0]}, {">=": [{"var": "hour"}, 18]}]}"#;

/// A name, and what measures one round: ns a call.
type Candidate<'a> = (&'static str, Box<dyn FnMut() -> f64 + 'a>);

fn main() -> Result<(), Box<dyn Error>> {
    let condition = Condition::compile();
    let people = condition.people();
    let seen = Seen::new(&condition, &people);
    let yes = seen.holds().iter().filter(|holds| **holds).count();
    eprintln!("the condition holds for {yes} of {} people", people.len());

    let viewer = Viewer::new(&seen);
    let program = Program::compile(TEXT)?;
    let engine = Engine::new();
    let logic = engine.compile(JSON_LOGIC)?;
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    candidates.extend(ours(&condition, &seen));
    candidates.extend(cel(&program, &viewer, &seen));
    candidates.extend(jexl(&seen));
    candidates.extend(datalogic(&engine, &logic, &seen));
    answer(|round| {
        let mut figures = Figures::new();
        let count = candidates.len();
        for turn in 0..count {
            // Another one begins each round.
            let (name, measure) = &mut candidates[(turn + round as usize) % count];
            figures.insert(*name, measure());
        }
        Ok(figures)
    })
}

fn ours<'a>(condition: &'a Condition, seen: &'a Seen<'a>) -> [Candidate<'a>; 2] {
    let (program, definitions) = (condition.program(), condition.definitions());
    let fixed: Vec<Fixed> = (0..seen.people.len()).map(|at| Fixed::new(seen, at)).collect();
    let live = move |at: usize| holds(program, &seen.people[at].reading(definitions));
    [
        ("condition", Box::new(move || per_call(5_000, seen, live))),
        (
            "condition_prepared",
            Box::new(move || per_call(5_000, seen, |at| holds(program, &fixed[at]))),
        ),
    ]
}

fn cel<'a>(program: &'a Program, viewer: &'a Viewer<'a>, seen: &'a Seen<'a>) -> [Candidate<'a>; 2] {
    let env = Arc::new(Env::default());
    let mut live = Context::with_env(Arc::clone(&env));
    live.set_variable_resolver(viewer);
    let prepared = seen.values.iter().map(|values| {
        let mut context = Context::with_env(Arc::clone(&env));
        for (name, value) in NAMES.iter().zip(values) {
            context.add_variable_from_value(*name, *value);
        }
        context
    });
    let prepared: Vec<Context> = prepared.collect();
    let run = |context: &Context| {
        matches!(program.execute(context).expect("CEL evaluates"), Value::Bool(true))
    };
    [
        (
            "cel",
            Box::new(move || {
                per_call(1_000, seen, |at| {
                    viewer.look_at(at);
                    run(&live)
                })
            }),
        ),
        ("cel_prepared", Box::new(move || per_call(1_000, seen, |at| run(&prepared[at])))),
    ]
}

/// It parses the text at every call: nothing else is public.
fn jexl<'a>(seen: &'a Seen<'a>) -> [Candidate<'a>; 2] {
    let object = |[screens, workouts, hour]: [i64; 3]| json!({ "screens": screens, "workouts": workouts, "hour": hour });
    let prepared: Vec<_> = seen.values.iter().map(|values| object(*values)).collect();
    let run = |object: &serde_json::Value| {
        Evaluator::new().eval_in_context(TEXT, object).expect("JEXL evaluates") == json!(true)
    };
    [
        ("jexl", Box::new(move || per_call(300, seen, |at| run(&object(seen.read(at)))))),
        ("jexl_prepared", Box::new(move || per_call(300, seen, |at| run(&prepared[at])))),
    ]
}

fn datalogic<'a>(
    engine: &'a Engine,
    logic: &'a datalogic_rs::Logic,
    seen: &'a Seen<'a>,
) -> [Candidate<'a>; 2] {
    let json = |values: &[i64; 3]| json!({ "screens": values[0], "workouts": values[1], "hour": values[2] });
    let prepared =
        seen.values.iter().map(|values| ParsedData::from_json(&json(values).to_string()));
    let prepared: Vec<ParsedData> = prepared.collect::<Result<_, _>>().expect("valid JSON");
    let (mut arena, mut other) = (Bump::new(), Bump::new());
    [
        (
            "datalogic",
            Box::new(move || {
                per_call(5_000, seen, |at| {
                    arena.reset();
                    let values = seen.read(at);
                    let place = |place: usize| (NAMES[place], DataValue::from_i64(values[place]));
                    let object = [place(0), place(1), place(2)];
                    let data = DataValue::Object(&object);
                    let result = engine.evaluate(logic, data, &arena).expect("JSONLogic evaluates");
                    result.as_bool() == Some(true)
                })
            }),
        ),
        (
            "datalogic_prepared",
            Box::new(move || {
                per_call(5_000, seen, |at| {
                    other.reset();
                    let result = engine.evaluate(logic, &prepared[at], &other);
                    result.expect("JSONLogic evaluates").as_bool() == Some(true)
                })
            }),
        ),
    ]
}

/// Time of a call in ns: the median of `passes` passes over all people, so that a pass in which the
/// processor was taken away counts for nothing. Each answer is compared with the right one.
fn per_call(passes: u32, seen: &Seen<'_>, mut call: impl FnMut(usize) -> bool) -> f64 {
    let expected = seen.holds();
    let mut times: Vec<_> = (0..passes)
        .map(|_| {
            let start = Instant::now();
            let mut wrong = 0_u32;
            for (at, expected) in expected.iter().enumerate() {
                wrong += u32::from(call(black_box(at)) != *expected);
            }
            let elapsed = start.elapsed();
            assert_eq!(wrong, 0, "answers differ");
            elapsed
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e9 / expected.len() as f64
}
