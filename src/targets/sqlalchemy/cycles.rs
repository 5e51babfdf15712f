//! Strongly connected components: which nodes of a graph lie on a circle together.

/// For each node, the number of its component; `edges[a]` lists the nodes that `a` points at. Tarjan's
/// algorithm, without recursion, so that no schema is too deep for it.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut lowest = vec![0; edges.len()];
    let mut component = vec![UNSEEN; edges.len()];
    let mut stack = Vec::new();
    let mut seen = 0;
    let mut found = 0;
    for root in 0..edges.len() {
        if order[root] != UNSEEN {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.pop() {
            if next == 0 {
                order[node] = seen;
                lowest[node] = seen;
                seen += 1;
                stack.push(node);
            }
            if let Some(&target) = edges[node].get(next) {
                path.push((node, next + 1));
                if order[target] == UNSEEN {
                    path.push((target, 0));
                } else if component[target] == UNSEEN {
                    lowest[node] = lowest[node].min(order[target]);
                }
                continue;
            }
            if lowest[node] == order[node] {
                while let Some(member) = stack.pop() {
                    component[member] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
            if let Some(&(parent, _)) = path.last() {
                lowest[parent] = lowest[parent].min(lowest[node]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::components;

    #[test]
    fn nodes_on_one_circle_share_a_component() {
        let found = components(&[vec![1], vec![2], vec![0, 3], vec![], vec![4, 3]]);
        assert_eq!(found[0], found[1]);
        assert_eq!(found[1], found[2]);
        assert_ne!(found[2], found[3]);
        assert_ne!(found[3], found[4]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_does_not_overflow() {
        let edges: Vec<Vec<usize>> = (0..100_000)
            .map(|node| if node + 1 < 100_000 { vec![node + 1] } else { vec![] })
            .collect();
        assert_eq!(components(&edges).iter().max(), Some(&99_999));
    }
}
