//! A Galera cluster of MariaDB nodes.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{Mariadb, free_port};

/// A cluster whose nodes are MariaDB servers on the loopback interface.
#[derive(Debug)]
pub(crate) struct Galera {
    nodes: Vec<Mariadb>,
}

impl Galera {
    /// Starts a cluster of so many nodes, each with these options besides those that make it a node.
    pub(crate) fn start(nodes: usize, options: &[String]) -> Result<Self> {
        let provider = provider()?;
        let ports = (0..nodes).map(|_| free_port()).collect::<Result<Vec<_>>>()?;
        let members: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        let mut cluster = Self { nodes: Vec::new() };
        for (number, port) in ports.iter().enumerate() {
            let (incremental, whole) = (free_port()?, free_port()?);
            let mut own = options.to_vec();
            own.extend([
                "--wsrep-on=ON".to_owned(),
                format!("--wsrep-provider={}", provider.display()),
                format!("--wsrep-cluster-address=gcomm://{}", members.join(",")),
                format!("--wsrep-node-name=node{number}"),
                format!("--wsrep-node-address=127.0.0.1:{port}"),
                "--wsrep-sst-method=rsync".to_owned(),
                format!("--wsrep-sst-receive-address=127.0.0.1:{whole}"),
                format!(
                    "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:{port};ist.recv_addr=127.0.0.1:{incremental};gcache.size=32M"
                ),
                "--binlog-format=ROW".to_owned(),
                "--default-storage-engine=InnoDB".to_owned(),
                "--innodb-autoinc-lock-mode=2".to_owned(),
            ]);
            if number == 0 {
                own.push("--wsrep-new-cluster".to_owned());
            }
            let node = Mariadb::start(&own).with_context(|| format!("node {} of the cluster", number + 1))?;
            cluster.nodes.push(node);
        }
        Ok(cluster)
    }

    /// Returns the nodes, of which there is at least one.
    pub(crate) fn nodes(&self) -> &[Mariadb] {
        &self.nodes
    }

    /// Returns the node that began the cluster.
    pub(crate) fn first(&self) -> &Mariadb {
        &self.nodes[0]
    }
}

impl Drop for Galera {
    /// The one that began goes last.
    fn drop(&mut self) {
        while self.nodes.pop().is_some() {}
    }
}

/// Returns where the library is that makes a server a node.
fn provider() -> Result<PathBuf> {
    let folders = ["/usr/lib/galera", "/usr/lib64/galera-4", "/usr/lib64/galera"];
    let found = folders.iter().map(|folder| PathBuf::from(folder).join("libgalera_smm.so")).find(|path| path.is_file());
    found.context("Galera is not installed (package galera-4)")
}
