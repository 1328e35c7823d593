//! The steps: the request of each, and how its answer is judged.

mod activation;
mod assignment;
mod bulk;
mod inventory;
mod sha256;

use token_core::trial::TrialStep;

use super::{
    context::Context,
    observed::{Observed, StepError},
};

/// Tries a step.
pub(super) async fn run(step: TrialStep, context: &mut Context) -> Result<Observed, StepError> {
    match step {
        TrialStep::Create => inventory::create(context).await,
        TrialStep::ReadById => inventory::read_by_id(context).await,
        TrialStep::FindBySerial => inventory::find_by_serial(context).await,
        TrialStep::ListPage => inventory::list_page(context).await,
        TrialStep::SameSerial => inventory::same_serial(context).await,
        TrialStep::Rename => inventory::rename(context).await,
        TrialStep::DeleteAssigned => inventory::delete_assigned(context).await,
        TrialStep::Delete => inventory::delete(context).await,
        TrialStep::Assign => assignment::assign(context).await,
        TrialStep::ReadAssigned => assignment::read_assigned(context).await,
        TrialStep::ReadUser => assignment::read_user(context).await,
        TrialStep::Unassign => assignment::unassign(context).await,
        TrialStep::TwoAtOnce => assignment::two_at_once(context).await,
        TrialStep::WrongCode => activation::wrong_code(context).await,
        TrialStep::Activate => activation::activate(context).await,
        TrialStep::ActivateAgain => activation::activate_again(context).await,
        TrialStep::Deactivate => activation::deactivate(context).await,
        TrialStep::Reactivate => activation::reactivate(context).await,
        TrialStep::EarlierCode => activation::earlier_code(context).await,
        TrialStep::CombinedWrongCode => activation::combined_wrong_code(context).await,
        TrialStep::Combined => activation::combined(context).await,
        TrialStep::BySerialWrongCode => activation::by_serial_wrong_code(context).await,
        TrialStep::BySerialAssigned => activation::by_serial_assigned(context).await,
        TrialStep::BySerial => activation::by_serial(context).await,
        TrialStep::SameSerialOtherManufacturer => inventory::same_serial_of_another(context).await,
        TrialStep::CreateSha256 => sha256::create(context).await,
        TrialStep::ActivateSha256 => sha256::activate(context).await,
        TrialStep::BulkInvalidKey => bulk::invalid_key(context).await,
        TrialStep::BulkSameSerial => bulk::same_serial(context).await,
    }
}
