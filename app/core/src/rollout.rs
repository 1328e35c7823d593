//! From rows to activated tokens: the plan, the engine that follows it, and the report.
