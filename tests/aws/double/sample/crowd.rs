//! Any number of resources, for benches: the same each time.

use super::{Part, Resource, Sample, shop};

/// Units of one nested stack: 231 resources, below CloudFormation's 500, above two pages of its listing.
const UNITS_OF_ONE_STACK: usize = 11;

impl Sample {
    /// A stack with `count` resources, nested stacks themselves not counted: functions that CodeDeploy deploys, buckets,
    /// tables with all around them, one unit like the other, the last one cut off. The first six are a function with
    /// version, alias, deployment group and alarm, and a bucket; then comes a table. What does not fit into one stack is in nested ones.
    ///
    /// # Panics
    /// For fewer than six there would be nothing to deploy.
    pub(crate) fn crowd(count: usize) -> Self {
        assert!(count >= 6, "{count} resources are nothing to deploy");
        let mut left = count;
        let mut take = |mut resources: Vec<Resource>| {
            resources.truncate(left);
            left -= resources.len();
            resources
        };
        let mut root = take(unit(0));
        root.extend(take(shop::shared()));
        let mut parts = Vec::new();
        for number in 1.. {
            let unit = take(unit(number));
            if unit.is_empty() {
                break;
            }
            if (number - 1) % UNITS_OF_ONE_STACK == 0 {
                parts.push(Part { name: format!("crowd-{}", parts.len()), resources: Vec::new() });
            }
            parts.last_mut().expect("the part that was begun").resources.extend(unit);
        }
        // What fits into one stack is one.
        if parts.len() == 1 {
            root.extend(parts.remove(0).resources);
        }
        let nested = parts.into_iter().enumerate().map(|(number, part)| (format!("Part{number}"), part)).collect();
        Self { root: Part { name: "crowd".to_owned(), resources: root }, nested, function: "orders".to_owned() }
    }
}

/// A function, a bucket and a table: what is deployed first, then what stands around it.
fn unit(number: usize) -> Vec<Resource> {
    let called = |logical: &str, name: &str| match number {
        0 => (logical.to_owned(), name.to_owned()),
        number => (format!("{logical}{number}"), format!("{name}-{number}")),
    };
    let ((function, name), (data, bucket), (customers, table)) =
        (called("Orders", "orders"), called("Data", "shop-data"), called("Customers", "customers"));
    let mut resources = shop::function(&function, &name);
    resources.extend(shop::bucket(&data, &bucket));
    resources.extend(shop::table(&customers, &table));
    resources.push(shop::mapping(&format!("{function}OfQueue"), number, &name));
    let core = ["", "Version", "Live", "DeploymentGroup", "Errors"].map(|suffix| format!("{function}{suffix}"));
    let place = |resource: &Resource| core.iter().chain([&data, &customers]).position(|one| *one == resource.logical);
    resources.sort_by_key(|resource| place(resource).unwrap_or(usize::MAX));
    resources
}
