//! How far the end of this process has come, for everybody who has to do with it.

use tokio::sync::watch;

/// The stages, one after the other and never back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nobody has told us to stop.
    Serving,
    /// Everything is answered still, but whoever asks is told to go elsewhere next time.
    Leaving,
    /// The port is closed; what runs may finish.
    Closing,
}

/// Sees each stage come.
#[derive(Clone, Debug)]
pub struct Stages(watch::Receiver<Stage>);

/// Begins with [`Stage::Serving`]; whoever holds the sender moves on.
pub fn stages() -> (watch::Sender<Stage>, Stages) {
    let (sender, receiver) = watch::channel(Stage::Serving);
    (sender, Stages(receiver))
}

impl Stages {
    /// The current one.
    pub fn now(&self) -> Stage {
        *self.0.borrow()
    }

    /// Waits for a stage. A sender that is gone has left nobody who could announce it, so that counts as the end.
    pub async fn reach(mut self, stage: Stage) {
        let _ = self.0.wait_for(|now| *now >= stage).await;
    }
}
