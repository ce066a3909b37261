//! Errors of MySQL and MariaDB.

use mysql_async::{DriverError, Error, IoError};

use super::{DbError, DbErrorKind, chain};

impl From<Error> for DbError {
    fn from(error: Error) -> Self {
        match error {
            Error::Server(error) => {
                let mut reported = Self::new(kind(error.code, &error.message), error.message);
                reported.code = Some(error.code.to_string());
                reported.sqlstate = Some(error.state);
                reported
            }
            Error::Io(IoError::Tls(error)) => Self::new(DbErrorKind::Tls, error.to_string()),
            Error::Io(IoError::Io(error)) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                match error.kind() {
                    _ if inner.is_some() => Self::new(DbErrorKind::Tls, chain(&error)),
                    std::io::ErrorKind::UnexpectedEof => {
                        Self::new(DbErrorKind::ConnectionLost, "the server closed the connection")
                    }
                    _ => Self::new(DbErrorKind::ConnectionLost, chain(&error)),
                }
            }
            Error::Driver(error) => Self::new(driver_kind(&error), chain(&error)),
            other => Self::new(DbErrorKind::Other, chain(&other)),
        }
    }
}

fn driver_kind(error: &DriverError) -> DbErrorKind {
    match error {
        DriverError::ConnectionClosed | DriverError::PacketOutOfOrder | DriverError::UnexpectedPacket { .. } => {
            DbErrorKind::ConnectionLost
        }
        DriverError::NoClientSslFlagFromServer | DriverError::NoKeyFound => DbErrorKind::Tls,
        DriverError::UnknownAuthPlugin { .. }
        | DriverError::MysqlOldPasswordDisabled
        | DriverError::CleartextPluginDisabled => DbErrorKind::Auth,
        _ => DbErrorKind::Other,
    }
}

/// Maps an error number of the server; where one number stands for much, the message decides.
pub(super) fn kind(code: u16, message: &str) -> DbErrorKind {
    match code {
        1045 | 1130 | 1251 | 1396 | 1524 | 1698 | 1820 | 1862 | 4151 => DbErrorKind::Auth,
        1046 | 1049 => DbErrorKind::NoDatabase,
        1040 | 1129 | 1203 | 1226 => DbErrorKind::Unreachable,
        1053 | 1077..=1080 | 1152 | 1158..=1161 | 1184 | 1927 | 3169 | 4031 => DbErrorKind::ConnectionLost,
        1205 => DbErrorKind::LockTimeout,
        1213 | 1614 => DbErrorKind::Deadlock,
        1020 => DbErrorKind::Serialization,
        1317 | 1907 | 1968 | 1969 | 3024 => DbErrorKind::Cancelled,
        1792 | 1836 | 3989 => DbErrorKind::ReadOnly,
        1290 if message.contains("read-only") || message.contains("read_only") => DbErrorKind::ReadOnly,
        1044 | 1142 | 1143 | 1227 | 1370 | 1290 | 1410 | 3619 => DbErrorKind::Permission,
        1022 | 1062 | 1169 | 1586 | 1859 => DbErrorKind::Unique,
        1216 | 1217 | 1451 | 1452 | 1761 | 1762 => DbErrorKind::ForeignKey,
        1048 | 1138 | 1263 | 1364 => DbErrorKind::NotNull,
        3819 | 4025 => DbErrorKind::Check,
        1007 | 1050 | 1060 | 1061 | 1068 | 1304 | 1359 | 1826 | 3822 => DbErrorKind::AlreadyExists,
        1008 | 1051 | 1054 | 1072 | 1091 | 1109 | 1128 | 1146 | 1176 | 1305 | 1360 | 3821 | 4052 => {
            DbErrorKind::Missing
        }
        1553 | 1828..=1830 | 1834 | 3108 | 3730 | 3959 => DbErrorKind::Dependent,
        1064 | 1149 => DbErrorKind::Syntax,
        1179 | 1568 => DbErrorKind::InTransaction,
        1021 | 1037 | 1038 | 1041 | 1104 | 1114 | 1153 | 1206 => DbErrorKind::Resources,
        1033..=1035 | 1194 | 1195 => DbErrorKind::Corrupt,
        1178 | 1235 | 1286 => DbErrorKind::Unsupported,
        _ => DbErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_for_several_refusals() {
        let running_with =
            "The MariaDB server is running with the --read-only option so it cannot execute this statement";
        assert_eq!(kind(1290, running_with), DbErrorKind::ReadOnly);
        let secure =
            "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement";
        assert_eq!(kind(1290, secure), DbErrorKind::Permission);
    }
}
