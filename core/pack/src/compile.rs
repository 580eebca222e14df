use prost::Message;
use staykit_core::pack::Pack;
use staykit_proto::v1;

use crate::encode::{self, Strings};
use crate::example::Example;
use crate::extend;
use crate::limits;
use crate::problem::{Problem, Problems};
use crate::read::{Fields, read};
use crate::rule::Tables;
use crate::section::{
    Conclusions, Header, campaigns, conclusions, events, funnels, header, holidays, predictions,
    reach,
};
use crate::source::Spot;

const KEYS: [&str; 16] = [
    "pack",
    "version",
    "session",
    "reach",
    "events",
    "funnels",
    "holidays",
    "predictions",
    "signals",
    "tags",
    "scores",
    "segments",
    "stages",
    "levels",
    "campaigns",
    "examples",
];

/// A compiled pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The serialised `Pack`: the same YAML always gives the same bytes.
    pub bytes: Vec<u8>,
    /// What may not be meant so.
    pub warnings: Vec<Problem>,
    /// The examples that stand with its signals and tags, and its own.
    pub examples: Vec<Example>,
}

/// Compiles a pack, or says all that is wrong with it, in order of the lines. It may extend a
/// built-in one.
pub fn compile(yaml: &str) -> Result<Compiled, Vec<Problem>> {
    compile_beside(yaml, &|_| None)
}

/// The same for a pack that may also extend a file beside it: `beside` reads the file of that name,
/// which comes from the pack and is not to be trusted.
pub fn compile_beside(
    yaml: &str,
    beside: &dyn Fn(&str) -> Option<String>,
) -> Result<Compiled, Vec<Problem>> {
    let source = extend::source(yaml, beside);
    let mut problems = Problems::new(&source);
    let parts = compile_parts(yaml, &mut problems);
    let spot = parts.as_ref().map(|parts| parts.spot);
    let built = parts.map(|parts| (parts.header.name.clone(), parts.header.version, parts.build()));
    // What slipped through the checks above must not reach a device: it would refuse all of it.
    if let Some((_, _, (bytes, _))) = built.as_ref().filter(|_| !problems.any())
        && let Err(error) = Pack::unsigned(bytes)
    {
        problems.add(spot.unwrap_or_default(), format!("the device refuses this pack: {error}"));
    }
    let warnings = problems.finish()?;
    let (name, version, (bytes, examples)) = built.ok_or_else(Vec::new)?;
    Ok(Compiled { name, version, bytes, warnings, examples })
}

/// The parts of a pack, as far as there were no problems.
struct Parts {
    header: Header,
    spot: Spot,
    tables: Tables,
    conclusions: Conclusions,
    campaigns: Vec<staykit_core::guidance::Campaign>,
    reach: staykit_core::guidance::Reach,
}

fn compile_parts(yaml: &str, problems: &mut Problems<'_>) -> Option<Parts> {
    if yaml.len() > limits::YAML {
        let message = format!("{} bytes of YAML, at most {}", yaml.len(), limits::YAML);
        problems.add(Spot::default(), message);
        return None;
    }
    let Some(root) = read(yaml, 0, problems) else {
        if !problems.any() {
            problems.add(Spot::default(), "an empty file; a pack begins with `pack: NAME`");
        }
        return None;
    };
    let root = extend::resolve(root, problems)?;
    let pack = Fields::of(&root, "a pack", root.spot, &KEYS, problems)?;
    let mut tables = Tables::default();
    let header = header(&pack, &mut tables, problems);
    events(&pack, &mut tables, problems);
    funnels(&pack, &mut tables, problems);
    tables.holidays = holidays(&pack, problems);
    let reach = reach(&pack, &mut tables, problems);
    predictions(&pack, &mut tables, problems);
    let conclusions = conclusions(&pack, &mut tables, problems);
    let campaigns = campaigns(&pack, &mut tables, problems);
    let spot = pack.find("pack").map(|node| node.spot).unwrap_or_default();
    Some(Parts { header: header?, spot, tables, conclusions, campaigns, reach: reach? })
}

impl Parts {
    fn build(self) -> (Vec<u8>, Vec<Example>) {
        let mut strings = Strings::default();
        let features = self.tables.features.iter().map(|of| strings.feature(of)).collect();
        let funnels = self.tables.funnels.iter().map(|of| strings.funnel(of)).collect();
        let predictions = self.tables.predictions.iter();
        let predictions = predictions.map(|of| strings.prediction(of)).collect();
        let campaigns = self.campaigns.iter().map(|of| strings.campaign(of)).collect();
        let message = v1::Pack {
            format: staykit_core::pack::FORMAT,
            name: self.header.name,
            version: self.header.version,
            session_idle_ms: self.header.session_idle_ms,
            features,
            funnels,
            signals: self.conclusions.signals.iter().map(encode::signal).collect(),
            scores: self.conclusions.scores.iter().map(encode::score).collect(),
            tables: self.conclusions.tables.iter().map(encode::table).collect(),
            predictions,
            campaigns,
            reach: Some(encode::reach(&self.reach)),
            events: self.tables.events.iter().map(encode::event).collect(),
            holidays: encode::holidays(&self.tables.holidays),
            strings: strings.into_list(),
        };
        (message.encode_to_vec(), self.conclusions.examples)
    }
}
