//! Plots, drawn by the server: how many there were, piece of time by piece of time.
//!
//! Bars and lines are SVG that is stretched to its place; letters stand around it as HTML, so they stay sharp and as large as all
//! others. The same figures stand below as a table that unfolds. Colours come from classes, and none carries a meaning alone.

use crate::catalogue::{number, plots as words};
use leptos::prelude::*;

/// The drawing is so wide and so high, in units that the browser stretches.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

/// A bar that stands for something is at least so high, or one of many would not be seen beside a thousand.
const LOWEST: f64 = 2.0;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What piece of time it is, as the table says it.
    pub name: String,
    /// The same below the axis.
    pub short: String,
    /// How many.
    pub count: i64,
}

/// A plot with its table.
#[component]
pub fn Plot(
    /// The beginning of every `id` in it.
    id: &'static str,
    /// What is counted.
    title: &'static str,
    /// The class of its colour, such as `plot--failures`.
    tone: &'static str,
    /// Oldest first. The last one goes on.
    points: Vec<Point>,
) -> impl IntoView {
    let counts: Vec<i64> = points.iter().map(|point| point.count).collect();
    let (top, sum) = (axis_top(&counts), counts.iter().map(|count| (*count).max(0)).sum::<i64>());
    let most = points.iter().max_by_key(|point| point.count).filter(|point| point.count > 0);
    let summary = words::summary(sum, most.map(|point| (point.name.as_str(), point.count)));
    let last = points.len().saturating_sub(1);
    let bars = points.iter().zip(bars(&counts, top)).enumerate().map(|(at, (point, bar))| {
        let class = if at == last { "plot__bar plot__bar--going-on" } else { "plot__bar" };
        let Bar { x, width, y, height } = bar;
        view! {
            <g>
                <title>{words::point(&point.name, point.count)}</title>
                <rect class="plot__room" x=x y="0" width=width height=HEIGHT />
                <rect class=class x=x y=y width=width height=height />
            </g>
        }
    });
    let below: Vec<_> =
        [0, last / 2, last].into_iter().filter_map(|at| points.get(at)).map(|it| it.short.clone()).collect();
    let rows = points.iter().map(|point| {
        view! { <tr><th scope="row">{point.name.clone()}</th><td>{number(point.count)}</td></tr> }
    });
    let (title_id, desc_id) = (format!("{id}-title"), format!("{id}-desc"));
    view! {
        <figure class=format!("plot {tone}")>
            <div class="plot__frame">
                <div class="plot__axis plot__axis--up" aria-hidden="true">
                    <span>{words::short_number(top)}</span> <span>{words::short_number(top / 2)}</span> <span>"0"</span>
                </div>
                <svg
                    class="plot__area" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img"
                    aria-labelledby=format!("{title_id} {desc_id}")
                >
                    <title id=title_id.clone()>{title}</title>
                    <desc id=desc_id.clone()>{summary}</desc>
                    <path class="plot__lines" d=format!("M0 0H{WIDTH}M0 {0}H{WIDTH}", HEIGHT / 2.0) />
                    {bars.collect_view()}
                    <path class="plot__ground" d=format!("M0 {HEIGHT}H{WIDTH}") />
                </svg>
                {(sum == 0).then(|| view! { <p class="plot__nothing" aria-hidden="true">{words::NOTHING}</p> })}
                <div class="plot__axis plot__axis--along" aria-hidden="true">
                    {below.into_iter().map(|name| view! { <span>{name}</span> }).collect_view()}
                </div>
            </div>
            <details class="plot__figures" id=format!("{id}-figures")>
                <summary>{words::AS_TABLE} <span class="visually-hidden">{words::of(title)}</span></summary>
                <table>
                    <caption class="visually-hidden">{title}</caption>
                    <thead><tr><th scope="col">{words::WHEN}</th><th scope="col">{words::HOW_MANY}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </details>
        </figure>
    }
}

/// Where a bar stands, in units of the drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bar {
    x: f64,
    width: f64,
    y: f64,
    height: f64,
}

/// The bars of these counts, side by side, with a fifth of their room between them.
fn bars(counts: &[i64], top: i64) -> Vec<Bar> {
    let room = WIDTH / counts.len().max(1) as f64;
    let bar = |(at, count): (usize, &i64)| {
        let height = match (*count).max(0) {
            0 => 0.0,
            count => (count as f64 / top as f64 * HEIGHT).clamp(LOWEST, HEIGHT),
        };
        let round = |value: f64| (value * 100.0).round() / 100.0;
        Bar {
            x: round((at as f64 + 0.1) * room),
            width: round(room * 0.8),
            y: round(HEIGHT - height),
            height: round(height),
        }
    };
    counts.iter().enumerate().map(bar).collect()
}

/// Where the axis ends: the next even number that is easily read, at least 2, so that its half is a number too.
fn axis_top(counts: &[i64]) -> i64 {
    let most = counts.iter().copied().max().unwrap_or(0).max(0);
    let mut step: i64 = 1;
    loop {
        if let Some(top) = [2, 4, 6, 8, 10].into_iter().map(|n| step.saturating_mul(n)).find(|top| *top >= most) {
            return top;
        }
        step = step.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_number_that_is_easily_read() {
        for (most, top) in
            [(0, 2), (1, 2), (2, 2), (3, 4), (5, 6), (9, 10), (11, 20), (21, 40), (99, 100), (4321, 6000)]
        {
            assert_eq!(axis_top(&[0, most]), top, "{most}");
        }
        assert_eq!(axis_top(&[]), 2);
        assert_eq!(axis_top(&[-5]), 2, "a negative count is a mistake, and drawn as none");
        assert_eq!(axis_top(&[i64::MAX]), i64::MAX, "there is nothing above it");
    }

    #[test]
    fn bars_stay_inside_of_the_drawing_whatever_they_stand_for() {
        for counts in [&[0; 24][..], &[-1, 3], &[1, i64::MAX], &[7], &[], &[1, 2, 1_000_000]] {
            let drawn = bars(counts, axis_top(counts));
            assert_eq!(drawn.len(), counts.len());
            for (bar, count) in drawn.iter().zip(counts) {
                assert!(bar.x >= 0.0 && bar.x + bar.width <= WIDTH, "{bar:?}");
                assert!(bar.y >= 0.0 && (bar.y + bar.height - HEIGHT).abs() < 0.02, "{bar:?} stands on the ground");
                assert_eq!(bar.height > 0.0, *count > 0, "{count} is seen, and nothing else: {bar:?}");
            }
        }
    }

    #[test]
    fn the_highest_bar_reaches_the_top_only_where_the_axis_ends_there() {
        assert_eq!(bars(&[10], axis_top(&[10]))[0].height, 100.0);
        assert_eq!(bars(&[3], axis_top(&[3]))[0].height, 75.0);
    }
}
