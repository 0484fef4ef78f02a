//! What is installed in the sources, as the installers wrote it down.

use super::{Sources, text};

impl Sources {
    /// The entry points of a group, name and value, of every distribution in a root
    /// (<https://packaging.python.org/en/latest/specifications/entry-points/>).
    pub fn entry_points(&self, group: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for root in self.roots().iter() {
            self.note(root);
            let names = self.names(root).unwrap_or_default();
            let mut names: Vec<String> = names.into_iter().filter_map(|it| it.into_string().ok()).collect();
            names.retain(|it| it.ends_with(".dist-info") || it.ends_with(".egg-info"));
            for name in names {
                let file = root.join(name).join("entry_points.txt");
                if let Ok(text) = text::read(&file) {
                    self.note(&file);
                    found.extend(of_group(&text, group));
                }
            }
        }
        found
    }
}

fn of_group(text: &str, group: &str) -> Vec<(String, String)> {
    let mut is_inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with(['#', ';'])) {
        if let Some(named) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            is_inside = named.trim() == group;
        } else if let Some((name, value)) = line.split_once('=')
            && is_inside
        {
            found.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::of_group;

    #[test]
    fn the_entries_of_one_group() {
        let text = "[a]\nx = one:Two\n\n# note\n[ b.c ]\ny=m\nz = m.n:o.p [extra]\n[a]\nw = 4\n";
        let of =
            |group| of_group(text, group).into_iter().map(|(a, b)| format!("{a}={b}")).collect::<Vec<_>>();
        assert_eq!(of("a"), ["x=one:Two", "w=4"]);
        assert_eq!(of("b.c"), ["y=m", "z=m.n:o.p [extra]"]);
        assert_eq!(of("nothing"), [""; 0]);
    }
}
