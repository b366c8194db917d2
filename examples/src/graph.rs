//! Graphs of the last frames, drawn into images: a bar and a mark for each frame.

use std::collections::VecDeque;

use bevy::asset::RenderAssetUsages;
use bevy::image::ImageSampler;
use bevy::prelude::*;
use bevy::render::render_resource::{Extent3d, TextureDimension, TextureFormat};

/// Frames a graph shows.
pub const HISTORY: usize = 300;
/// Its height in pixels.
const HEIGHT: usize = 72;

/// A frame.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// The height of the bar.
    pub value: f32,
    /// The height of the mark: what the bar is compared with.
    pub mark: f32,
    /// The colour of the bar.
    pub bar_color: Color,
    /// The colour of the mark.
    pub mark_color: Color,
}

/// A graph, beside the node that shows it.
#[derive(Component)]
pub struct Graph {
    points: VecDeque<Point>,
    /// The value at the top, at least.
    least_top: f32,
    top: f32,
    image: Handle<Image>,
}

impl Graph {
    /// An empty graph and its node, each point of which is `zoom` pixels wide. Its scale grows with what it shows, but is never smaller than up
    /// to `least_top`.
    pub fn new(images: &mut Assets<Image>, least_top: f32, zoom: f32) -> (Graph, ImageNode, Node) {
        let size = Extent3d { width: HISTORY as u32, height: HEIGHT as u32, depth_or_array_layers: 1 };
        let mut image = Image::new_fill(
            size,
            TextureDimension::D2,
            &BACKGROUND,
            TextureFormat::Rgba8UnormSrgb,
            RenderAssetUsages::default(),
        );
        image.sampler = ImageSampler::nearest();
        let image = images.add(image);
        let node = Node { width: px(HISTORY as f32 * zoom), height: px(HEIGHT as f32 * zoom), ..default() };
        let graph = Graph { points: VecDeque::new(), least_top, top: least_top, image: image.clone() };
        (graph, ImageNode::new(image), node)
    }

    /// Adds the newest frame, at the right.
    pub fn push(&mut self, point: Point) {
        if self.points.len() == HISTORY {
            self.points.pop_front();
        }
        self.points.push_back(point);
        let highest = self.points.iter().map(|point| point.value.max(point.mark)).fold(0.0, f32::max);
        self.top = (highest * 1.1).max(self.least_top);
    }

    /// The value at the top.
    pub fn top(&self) -> f32 {
        self.top
    }

    /// The mean of what it shows.
    pub fn mean(&self) -> f32 {
        self.points.iter().map(|point| point.value).sum::<f32>() / self.points.len().max(1) as f32
    }

    /// The pixels, row by row from the top.
    fn pixels(&self) -> Vec<u8> {
        let mut pixels = BACKGROUND.repeat(HISTORY * HEIGHT);
        let row = |value: f32| ((value / self.top).clamp(0.0, 1.0) * (HEIGHT - 1) as f32).round() as usize;
        let first = HISTORY - self.points.len();
        for (column, point) in (first..).zip(&self.points) {
            let mut fill = |row: usize, color: Color| {
                let at = ((HEIGHT - 1 - row) * HISTORY + column) * 4;
                pixels[at..at + 4].copy_from_slice(&color.to_srgba().to_u8_array());
            };
            for row in 0..row(point.value) {
                fill(row, point.bar_color);
            }
            fill(row(point.mark), point.mark_color);
        }
        pixels
    }
}

const BACKGROUND: [u8; 4] = [0, 0, 0, 120];

/// Draws what was added to graphs.
pub fn draw(graphs: Query<&Graph, Changed<Graph>>, mut images: ResMut<Assets<Image>>) {
    for graph in &graphs {
        if let Some(mut image) = images.get_mut(&graph.image) {
            image.data = Some(graph.pixels());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(value: f32, mark: f32) -> Point {
        Point { value, mark, bar_color: Color::srgb(1.0, 0.0, 0.0), mark_color: Color::WHITE }
    }

    #[test]
    fn a_graph_keeps_the_last_frames_and_their_scale() {
        let (mut graph, ..) = Graph::new(&mut Assets::default(), 10.0, 1.0);
        graph.push(point(100.0, 0.0));
        assert_eq!(graph.top(), 110.0);
        for _ in 0..HISTORY {
            graph.push(point(5.0, 2.0));
        }
        assert_eq!((graph.points.len(), graph.top()), (HISTORY, 10.0));
    }

    #[test]
    fn the_newest_frame_is_at_the_right() {
        let (mut graph, ..) = Graph::new(&mut Assets::default(), 10.0, 1.0);
        graph.push(point(5.0, 10.0));
        let pixels = graph.pixels();
        let at = |column: usize, row: usize| {
            let start = ((HEIGHT - 1 - row) * HISTORY + column) * 4;
            [pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3]]
        };
        let right = HISTORY - 1;
        // Ten elevenths of the way up, since a tenth is left free above what is highest.
        let marked = 65;
        assert_eq!((at(right, 0), at(right, marked)), ([255, 0, 0, 255], [255; 4]));
        assert_eq!((at(right, marked - 1), at(right - 1, 0)), (BACKGROUND, BACKGROUND));
    }
}
