//! The name of a resource that settings name by its name or by its ARN.

/// The name of a Lambda function, out of its name, its ARN or a part of the ARN, without a version or an alias.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html>
pub(crate) fn function_name(text: &str) -> &str {
    let name = text.rsplit_once("function:").map_or(text, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

/// Whether both name one secret: an ARN ends with the name, a hyphen and six characters.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen>
pub(crate) fn is_same_secret(one: &str, other: &str) -> bool {
    let of_arn = |text: &'_ str| text.starts_with("arn:").then(|| text.rsplit(':').next()).flatten().map(str::to_owned);
    let names = |arn: &str, name: &str| {
        arn == name || arn.strip_prefix(name).is_some_and(|rest| rest.len() == 7 && rest.starts_with('-'))
    };
    match (of_arn(one), of_arn(other)) {
        (Some(one), Some(other)) => one == other,
        (Some(arn), None) => names(&arn, other),
        (None, Some(arn)) => names(&arn, one),
        (None, None) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_one_name_however_it_is_named() {
        for text in [
            "report",
            "report:live",
            "123456789012:function:report",
            "arn:aws:lambda:us-east-1:123456789012:function:report",
            "arn:aws:lambda:us-east-1:123456789012:function:report:7",
        ] {
            assert_eq!(function_name(text), "report", "{text}");
        }
    }

    #[test]
    fn a_secret_is_the_same_by_its_name_and_by_its_arn() {
        const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/redis-AbCdEf";
        for (one, other, same) in [
            ("orders/redis", "orders/redis", true),
            (ARN, "orders/redis", true),
            ("orders/redis", ARN, true),
            (ARN, ARN, true),
            (ARN, "orders", false),
            (ARN, "redis", false),
            ("arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/redis-two-AbCdEf", "orders/redis", false),
            ("orders/redis", "orders/other", false),
        ] {
            assert_eq!(is_same_secret(one, other), same, "{one} {other}");
        }
    }
}
