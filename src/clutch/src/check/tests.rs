//! The way down the ladder, step by step.

use clutch_core::rung::Rung;

use super::attempt::{Death, End};
use super::outcome::{Loaded, Module, Outcome, Refusal};
use super::report::Judgement;
use super::step;
use super::typed::Place;

fn module(name: &str) -> Module {
    Module {
        name: name.into(),
        file: format!("/{name}.so"),
    }
}

fn refusal(name: &str) -> Refusal {
    Refusal {
        module: module(name),
        reason: "no".into(),
    }
}

fn told(outcome: Outcome) -> End {
    End::Told {
        outcome,
        died: None,
    }
}

fn loaded(own_gil: bool, refusal: Option<Refusal>) -> End {
    told(Outcome::Loaded(Loaded {
        own_gil,
        refusal,
        twins: Vec::new(),
    }))
}

#[test]
fn what_loads_at_once_is_on_the_first_rung() {
    let mut judgement = Judgement::default();
    assert!(step(&mut judgement, Place::Auto, loaded(true, None)));
    assert_eq!(judgement.rung, Ok(Rung::OwnGil));
    assert!(judgement.obstacles.is_empty());
}

#[test]
fn a_refusal_of_the_own_gil_is_told() {
    let mut judgement = Judgement::default();
    let end = loaded(false, Some(refusal("x")));
    assert!(step(&mut judgement, Place::Auto, end));
    assert_eq!(judgement.rung, Ok(Rung::SharedGil));
    assert!(judgement.has_left(Rung::OwnGil));
}

#[test]
fn a_refusal_of_the_shared_gil_leads_to_a_process() {
    let mut judgement = Judgement::default();
    let refused = told(Outcome::Refused(refusal("x")));
    assert!(!step(&mut judgement, Place::Auto, refused));
    assert!(judgement.has_left(Rung::SharedGil));
    assert!(step(&mut judgement, Place::Main, loaded(false, None)));
    assert_eq!(judgement.rung, Ok(Rung::Process));
}

#[test]
fn what_loads_beside_nothing_is_led_to_a_process() {
    let mut judgement = Judgement::default();
    for place in [Place::Auto, Place::SharedGil] {
        let alone = told(Outcome::Alone("ValueError".into()));
        assert!(!step(&mut judgement, place, alone));
    }
    assert!(judgement.has_left(Rung::SharedGil));
}

#[test]
fn an_exception_that_the_main_interpreter_does_not_raise_leads_to_a_process() {
    let mut judgement = Judgement::default();
    for place in [Place::Auto, Place::SharedGil] {
        let failed = Outcome::Failed(vec!["ImportError".into()]);
        assert!(!step(&mut judgement, place, told(failed)));
    }
    assert!(step(&mut judgement, Place::Main, loaded(false, None)));
    assert_eq!(judgement.rung, Ok(Rung::Process));
    assert_eq!(judgement.obstacles.len(), 2);
    assert!(judgement.traceback.is_empty());
}

#[test]
fn a_crash_is_an_obstacle_and_in_the_main_interpreter_the_end() {
    let death = || {
        End::Died(Death {
            how: "died by SIGSEGV".into(),
            importing: Some(module("x")),
            said: None,
        })
    };
    let mut judgement = Judgement::default();
    assert!(!step(&mut judgement, Place::Auto, death()));
    assert!(!judgement.has_left(Rung::SharedGil), "that is tried then");
    assert!(!step(&mut judgement, Place::SharedGil, death()));
    assert!(step(&mut judgement, Place::Main, death()));
    assert_eq!(judgement.rung, Err("died"));
    assert_eq!(judgement.obstacles.len(), 3);
}

#[test]
fn an_exception_everywhere_and_a_missing_callable_decide() {
    let mut judgement = Judgement::default();
    let failed = Outcome::Failed(vec!["ValueError".into()]);
    assert!(!step(&mut judgement, Place::Auto, told(failed.clone())));
    assert!(!judgement.has_left(Rung::SharedGil), "that is tried then");
    assert!(!step(
        &mut judgement,
        Place::SharedGil,
        told(failed.clone())
    ));
    assert!(step(&mut judgement, Place::Main, told(failed)));
    assert_eq!(judgement.rung, Err("cannot-import"));
    assert!(judgement.obstacles.is_empty(), "the traceback says all");
    assert!(step(&mut judgement, Place::Auto, told(Outcome::NoCallable)));
    assert_eq!(judgement.rung, Err("no-callable"));
}

#[test]
fn what_stood_in_the_way_is_not_what_it_lives_without() {
    let mut judgement = Judgement {
        without: vec![refusal("b"), refusal("a"), refusal("b"), refusal("c")],
        twins: vec![module("c")],
        ..Judgement::default()
    };
    let end = loaded(false, Some(refusal("a")));
    step(&mut judgement, Place::Auto, end);
    judgement.twins = vec![module("c")];
    judgement.forget_what_stood_in_the_way();
    assert_eq!(judgement.without, [refusal("b")]);
}
