//! The repair plan, what it may do to you, its proof, and the ways out.

use super::id;
use crate::document::Facts;
use crate::document::block::{
    self, Block, Line, Tone, code, list, mark, paragraph, said, steps, strong, subsection, text,
};
use crate::schema::count_of;
use crate::view::{RepairPlanView, StatementView, StrategyView};

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let Some(plan) = facts.plan.filter(|it| !it.statements.is_empty() || !it.left_out.is_empty()) else {
        return Vec::new();
    };
    let mut blocks = vec![block::section("Repair plan")];
    let how_many = count_of(plan.statements.len(), "statement");
    blocks.push(paragraph(format!(
        "{how_many}, in this order, {} variant. They only add: nothing is dropped, narrowed or rewritten, and what is there \
         already is left alone.",
        plan.variant
    )));
    blocks.push(proof(plan, &facts.view.database));
    if !plan.notes.is_empty() {
        blocks.push(list(plan.notes.iter().map(said).collect()));
    }
    if !plan.statements.is_empty() {
        let rows = (1..).zip(&plan.statements).map(|(number, it)| row(number, it)).collect();
        blocks.push(Block::Table { heads: vec!["#", "Purpose", "Mends the work of", "Hazards"], rows });
        let summary = vec![text(format!("SQL of the plan: {how_many}"))];
        let code = Block::Code { language: "sql", text: sql(&plan.statements, &facts.view.database) };
        blocks.push(Block::Details { summary, blocks: vec![code] });
    }
    if !plan.left_out.is_empty() {
        blocks.push(subsection(format!("Left out, to be mended by a person: {}", plan.left_out.len())));
        for left in &plan.left_out {
            let mut line = vec![strong(left.what.clone()), text(": ")];
            line.extend(said(&left.reason));
            blocks.push(Block::Paragraph(line));
            if !left.steps.is_empty() {
                blocks.push(steps(left.steps.iter().map(said).collect()));
            }
        }
    }
    if !plan.strategies.is_empty() {
        blocks.push(block::section("Repair strategies"));
        let letters = ('A'..='Z').map(String::from);
        for (letter, strategy) in letters.zip(&plan.strategies) {
            blocks.extend(option(&letter, strategy));
        }
    }
    blocks
}

fn proof(plan: &RepairPlanView, database: &str) -> Block {
    match &plan.proof {
        Some(proof) => {
            let tone = if proof.outcome == "converges" { Tone::Good } else { Tone::Bad };
            let how = proof.method.replace('_', " ");
            let line = vec![strong("Proof"), text(format!(" ({how}): {}", proof.message))];
            Block::Callout { tone, line }
        }
        None => Block::Callout {
            tone: Tone::Warning,
            line: vec![
                strong("Not proven yet."),
                text(" Try it where nothing of it stays: "),
                code(format!("schema-health repair {database} --prove")),
            ],
        },
    }
}

fn row(number: usize, statement: &StatementView) -> Vec<Line> {
    let made_by = statement.migration.as_ref().map(|it| code(id(it))).into_iter().collect();
    let mut hazards = Line::new();
    for hazard in &statement.hazards {
        if !hazards.is_empty() {
            hazards.push(text("; "));
        }
        hazards.push(text(hazard.explanation.clone()));
    }
    if hazards.is_empty() {
        hazards.push(mark(Tone::Good, "none"));
    }
    vec![vec![text(number.to_string())], vec![text(statement.purpose.clone())], made_by, hazards]
}

/// For reading: the guards are the script's.
fn sql(statements: &[StatementView], database: &str) -> String {
    let has_guards = statements.iter().any(|it| it.only_if.is_some());
    let guards = if has_guards {
        let database = crate::document::visible::visible(database);
        format!(
            "-- To read. What is to be run, and skips by itself what is there already: schema-health repair {database}\n\n"
        )
    } else {
        String::new()
    };
    let one = |(number, it): (usize, &StatementView)| {
        let purpose = crate::document::visible::visible(&it.purpose);
        let text = format!("-- {number}. {purpose}\n");
        let commands = it.commands.iter().map(|command| format!("{command};\n"));
        text + &commands.collect::<String>()
    };
    guards + &(1..).zip(statements).map(one).collect::<Vec<_>>().join("\n")
}

fn option(letter: &str, strategy: &StrategyView) -> Vec<Block> {
    let mut blocks = vec![subsection(format!("Option {letter}: {}", strategy.kind))];
    let (tone, works) = match strategy.works {
        Some(true) => (Tone::Good, "works"),
        Some(false) => (Tone::Bad, "does not make all of it"),
        None => (Tone::Quiet, "not proven"),
    };
    let mut line = vec![mark(tone, works), text(" ")];
    if strategy.recommended {
        line.extend([mark(Tone::Good, "recommended"), text(" ")]);
    }
    line.extend(said(&strategy.summary));
    blocks.push(Block::Paragraph(line));
    let mut items: Vec<Line> = strategy.facts.iter().map(said).collect();
    items.extend(strategy.risks.iter().map(|it| {
        let mut line = vec![strong("Risk"), text(": ")];
        line.extend(said(it));
        line
    }));
    if !items.is_empty() {
        blocks.push(list(items));
    }
    if !strategy.commands.is_empty() {
        blocks.push(Block::Code { language: "sh", text: strategy.commands.join("\n") });
    }
    blocks
}

/// For the summary.
pub fn point(facts: &Facts<'_>) -> Option<Line> {
    let plan = facts.plan.filter(|it| !it.statements.is_empty() || !it.left_out.is_empty())?;
    let how_many = count_of(plan.statements.len(), "statement");
    let fails_if_rows = |it: &StatementView| it.hazards.iter().any(|hazard| hazard.kind == "fails_if_rows");
    let left = match plan.left_out.len() {
        0 if plan.statements.iter().any(fails_if_rows) => {
            "mends all that is missing where no row lacks a value for it: see its notes".to_owned()
        }
        0 => "mends all that is missing".to_owned(),
        left => format!("mends what can be mended by adding; {left} left to a person"),
    };
    let proof = match &plan.proof {
        Some(proof) => format!("Proof: {}.", proof.message),
        None => "It is not proven yet.".to_owned(),
    };
    Some(vec![strong("Repair"), text(format!(": a plan of {how_many} {left}. {proof}"))])
}
