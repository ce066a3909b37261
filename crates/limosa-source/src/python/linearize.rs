//! The order in which Python looks through the classes that a class is built on.

/// Merges the orders of a class's bases, and the bases themselves as the last list, into one order.
///
/// Nothing is returned when there is none, in which case Python refuses the class.
///
/// Source: Python `Objects/typeobject.c`, `mro_implementation` (the C3 algorithm).
pub(super) fn merge<T: Clone>(mut orders: Vec<Vec<T>>, same: &dyn Fn(&T, &T) -> bool) -> Option<Vec<T>> {
    let mut merged = Vec::new();
    loop {
        orders.retain(|order| !order.is_empty());
        if orders.is_empty() {
            return Some(merged);
        }
        // The first that stands behind nothing in any other order.
        let is_free = |head: &T| !orders.iter().any(|order| order.iter().skip(1).any(|other| same(other, head)));
        let chosen = orders.iter().position(|order| order.first().is_some_and(is_free))?;
        let next = orders.get_mut(chosen).map(|order| order.remove(0))?;
        for order in &mut orders {
            if order.first().is_some_and(|first| same(first, &next)) {
                order.remove(0);
            }
        }
        merged.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[track_caller]
    fn check(orders: &[&str], expected: Option<&str>) {
        let orders = orders.iter().map(|order| order.chars().collect()).collect();
        let merged = merge(orders, &|one: &char, other| one == other);
        assert_eq!(merged.map(String::from_iter).as_deref(), expected);
    }

    #[test]
    fn orders_are_merged() {
        check(&["Ao", "A"], Some("Ao"));
        // class D(B, C), where B and C inherit from A.
        check(&["BAo", "CAo", "BC"], Some("BCAo"));
        check(&["KDAo", "KBo", "DBo"], Some("KDABo"));
        check(&["ABo", "BAo", "AB"], None);
        check(&[], Some(""));
        // What is not even the same as itself comes as often as it stands there.
        let merged = merge(vec![vec!['a'], vec!['a']], &|_, _| false);
        assert_eq!(merged, Some(vec!['a', 'a']));
    }
}
