//! Asking what is understood of the person.

use super::Engine;
use super::error::Error;
use super::shared::lock;
use super::understanding::{NextAction, Understanding};

impl Engine {
    /// What is understood of the person, as of the last record or tick. For the main thread.
    pub fn understanding(&self) -> Result<Understanding, Error> {
        let mut hot = lock(&self.shared.hot);
        let reading = self.shared.reading()?;
        Ok(hot.live()?.understanding(&reading))
    }

    /// What the person is likely to do next by a prediction of the pack, the likeliest first, at
    /// most `most`: what is worth preparing. For the main thread.
    pub fn next_actions(&self, prediction: &str, most: usize) -> Result<Vec<NextAction>, Error> {
        let mut hot = lock(&self.shared.hot);
        let live = hot.live()?;
        let known = live.pack.definitions.predictions().iter();
        let number = (0..).zip(known).find(|(_, of)| of.name == prediction);
        let unknown = || Error::Unknown(format!("prediction `{prediction}`"));
        let (number, _) = number.ok_or_else(unknown)?;
        Ok(live.next_actions(number, most))
    }
}
