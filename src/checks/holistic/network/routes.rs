//! The routes and endpoints of the VPCs of a stack, as far as they lead out of a subnet.

use std::collections::BTreeMap;

use crate::{
    facts::{
        Observed, Target, Text, Untyped, Why,
        iam::{Known, any_known},
    },
    inventory::LogicalId,
    stack::Stack,
};

/// Where a subnet leads.
pub(super) enum Way<'n> {
    /// Anywhere, by NAT or another network.
    Out,
    /// Nowhere but to the endpoints of this route table and this VPC.
    Inside { table: &'n LogicalId, vpc: &'n Observed<Text> },
    /// Nobody can tell.
    Unknown(Why),
}

/// What a default route says.
enum Default {
    Out,
    Unknown(Why),
}

/// Subnets, route tables and endpoints.
pub(super) struct Network<'s, 'a> {
    stack: &'s Stack<'a>,
    /// The route table of a subnet.
    tables: BTreeMap<LogicalId, Target>,
    /// The VPC of a route table.
    vpcs: BTreeMap<&'a LogicalId, Observed<Text>>,
    defaults: BTreeMap<LogicalId, Default>,
    endpoints: Vec<Endpoint>,
    /// Why something of it could not be read.
    open: Option<Why>,
}

struct Endpoint {
    service: Observed<Text>,
    /// Where it is a gateway: the route tables that lead there.
    tables: Option<Observed<Vec<Observed<Text>>>>,
    vpc: Observed<Text>,
}

/// What a default route may go through, besides an internet gateway.
const ELSEWHERE: &[&str] = &[
    "CoreNetworkArn",
    "InstanceId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
];

const TYPES: &[&str] =
    &["AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCEndpoint"];

impl<'s, 'a> Network<'s, 'a> {
    pub(super) fn of(stack: &'s Stack<'a>) -> Self {
        let mut network = Self {
            stack,
            tables: BTreeMap::new(),
            vpcs: BTreeMap::new(),
            defaults: BTreeMap::new(),
            endpoints: Vec::new(),
            open: None,
        };
        for resource in &stack.facts.resources {
            let r#type = resource.reference.r#type.as_str();
            if !TYPES.contains(&r#type) {
                continue;
            }
            let Some(properties) = resource.properties.untyped() else {
                let id = &resource.reference.logical_id;
                network.open = Some(Why::NotObserved(format!("{id} could not be read")));
                continue;
            };
            match r#type {
                "AWS::EC2::RouteTable" => {
                    network.vpcs.insert(&resource.reference.logical_id, properties.get("VpcId"));
                }
                "AWS::EC2::SubnetRouteTableAssociation" => network.associate(properties),
                "AWS::EC2::Route" => network.route(properties),
                _ => network.endpoints.push(endpoint(properties)),
            }
        }
        network
    }

    fn target(&self, text: &Observed<Text>) -> Target {
        match text {
            Observed::Present(text) => self.stack.directory.resolve(text, &[]),
            Observed::Absent => Target::Elsewhere,
            Observed::Unknown(why) => Target::Unknown(why.clone()),
        }
    }

    fn associate(&mut self, association: &Untyped) {
        let table = self.target(&association.get("RouteTableId"));
        match self.target(&association.get("SubnetId")) {
            Target::Resource(subnet) => {
                self.tables.insert(subnet, table);
            }
            Target::Elsewhere => {}
            Target::Unknown(why) => self.open = Some(why),
        }
    }

    fn route(&mut self, route: &Untyped) {
        let Target::Resource(table) = self.target(&route.get("RouteTableId")) else { return };
        let destination: Observed<Text> = route.get("DestinationCidrBlock");
        let everywhere = match destination.known() {
            Ok(destination) => destination.map_or(Some(false), |destination| destination.equals("0.0.0.0/0")),
            Err(_) => None,
        };
        match everywhere {
            Some(true) => {}
            Some(false) => return,
            None => {
                let why = Why::Unresolved("the destination of a route is not known".to_owned());
                self.defaults.entry(table).or_insert(Default::Unknown(why));
                return;
            }
        }
        if ELSEWHERE.iter().any(|name| !route.get::<Text>(name).is_absent()) {
            self.defaults.insert(table, Default::Out);
            return;
        }
        // An internet gateway answers public addresses only, and a function has none.
        let gateway: Observed<Text> = route.get("GatewayId");
        let internet = match (&gateway, self.target(&gateway)) {
            (_, Target::Resource(id)) => self.stack.type_of(&id) == "AWS::EC2::InternetGateway",
            (Observed::Present(text), _) => text.literal_prefix().starts_with("igw-"),
            _ => false,
        };
        if !internet {
            let why = Why::NotObserved("where a default route leads is not known".to_owned());
            self.defaults.entry(table).or_insert(Default::Unknown(why));
        }
    }

    /// Where a subnet leads.
    pub(super) fn way(&self, subnet: &Observed<Text>) -> Way<'_> {
        let elsewhere = |what: &str| Way::Unknown(Why::NotObserved(format!("{what} is not in this stack")));
        let table = match self.target(subnet) {
            Target::Resource(subnet) => match self.tables.get(&subnet) {
                Some(Target::Resource(table)) => table,
                Some(Target::Unknown(why)) => return Way::Unknown(why.clone()),
                Some(Target::Elsewhere) => return elsewhere("the route table of the subnet"),
                None => return elsewhere("what the main route table of the VPC holds"),
            },
            Target::Elsewhere => return elsewhere("the subnet"),
            Target::Unknown(why) => return Way::Unknown(why),
        };
        match (self.defaults.get(table), &self.open, self.vpcs.get(table)) {
            (Some(Default::Out), ..) => Way::Out,
            (Some(Default::Unknown(why)), ..) | (None, Some(why), _) => Way::Unknown(why.clone()),
            (None, None, Some(vpc)) => Way::Inside { table, vpc },
            (None, None, None) => elsewhere("the route table of the subnet"),
        }
    }

    /// Whether an endpoint of the service is reached from a route table of a VPC.
    pub(super) fn endpoint(&self, service: &str, table: &LogicalId, vpc: &Observed<Text>) -> Known {
        any_known(self.endpoints.iter().map(|endpoint| {
            let Some(name) = endpoint.service.known()? else { return Ok(false) };
            let end = name.literal_suffix();
            if end.is_empty() {
                return Err(name.why_unresolved());
            }
            if end.rsplit('.').next() != Some(service) {
                return Ok(false);
            }
            match &endpoint.tables {
                Some(tables) => any_known(tables.known()?.into_iter().flatten().map(|led| match self.target(led) {
                    Target::Resource(id) => Ok(&id == table),
                    Target::Elsewhere => Ok(false),
                    Target::Unknown(why) => Err(why),
                })),
                None => match (endpoint.vpc.as_text()?, vpc.as_text()?) {
                    (Some(one), Some(other)) => one.same(&other),
                    _ => Ok(false),
                },
            }
        }))
    }
}

/// A gateway where the type is absent.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-vpcendpoint.html>
fn endpoint(properties: &Untyped) -> Endpoint {
    let tables = match properties.get::<String>("VpcEndpointType") {
        Observed::Present(kind) if kind != "Gateway" => None,
        Observed::Present(_) | Observed::Absent => Some(properties.list("RouteTableIds")),
        Observed::Unknown(why) => Some(Observed::Unknown(why)),
    };
    Endpoint { service: properties.get("ServiceName"), tables, vpc: properties.get("VpcId") }
}
