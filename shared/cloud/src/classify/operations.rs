//! Which operations carry a secret in their request.

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// An operation of AWS, by the error type that the SDK has for it.
///
/// An operation that is not listed here cannot be classified, so a new call has to say which kind it is.
pub trait Operation: ProvideErrorMetadata {
    /// Whether the request carries a secret.
    ///
    /// AWS quotes requests in its messages. Parameter Store quotes a value that contains `{{…}}`, Lambda quotes an environment
    /// that is too large, and a validation error quotes any member (`Value 'x' at 'value' failed to satisfy constraint`).
    const CARRIES_SECRET: bool;
}

macro_rules! operations {
    ($carries_secret:literal: $($sdk:ident::$module:ident::$error:ident,)*) => {
        $(impl Operation for $sdk::operation::$module::$error {
            const CARRIES_SECRET: bool = $carries_secret;
        })*
    };
}

operations! { true:
    aws_sdk_elasticache::modify_replication_group::ModifyReplicationGroupError,
    aws_sdk_elasticache::modify_user::ModifyUserError,
    aws_sdk_lambda::update_function_configuration::UpdateFunctionConfigurationError,
    aws_sdk_secretsmanager::put_secret_value::PutSecretValueError,
    aws_sdk_ssm::put_parameter::PutParameterError,
}

operations! { false:
    aws_sdk_ecs::describe_services::DescribeServicesError,
    aws_sdk_ecs::describe_tasks::DescribeTasksError,
    aws_sdk_ecs::list_tags_for_resource::ListTagsForResourceError,
    aws_sdk_ecs::list_tasks::ListTasksError,
    aws_sdk_ecs::update_service::UpdateServiceError,
    aws_sdk_elasticache::describe_cache_clusters::DescribeCacheClustersError,
    aws_sdk_elasticache::describe_replication_groups::DescribeReplicationGroupsError,
    aws_sdk_elasticache::describe_serverless_caches::DescribeServerlessCachesError,
    aws_sdk_elasticache::describe_user_groups::DescribeUserGroupsError,
    aws_sdk_elasticache::describe_users::DescribeUsersError,
    aws_sdk_elasticache::list_tags_for_resource::ListTagsForResourceError,
    aws_sdk_lambda::get_function_configuration::GetFunctionConfigurationError,
    aws_sdk_s3::abort_multipart_upload::AbortMultipartUploadError,
    aws_sdk_s3::complete_multipart_upload::CompleteMultipartUploadError,
    aws_sdk_s3::create_multipart_upload::CreateMultipartUploadError,
    aws_sdk_s3::delete_object::DeleteObjectError,
    aws_sdk_s3::get_object::GetObjectError,
    aws_sdk_s3::head_object::HeadObjectError,
    aws_sdk_s3::list_multipart_uploads::ListMultipartUploadsError,
    aws_sdk_s3::list_object_versions::ListObjectVersionsError,
    aws_sdk_s3::list_objects_v2::ListObjectsV2Error,
    aws_sdk_s3::put_object::PutObjectError,
    aws_sdk_s3::upload_part::UploadPartError,
    aws_sdk_secretsmanager::describe_secret::DescribeSecretError,
    aws_sdk_secretsmanager::get_random_password::GetRandomPasswordError,
    aws_sdk_secretsmanager::get_secret_value::GetSecretValueError,
    aws_sdk_secretsmanager::update_secret_version_stage::UpdateSecretVersionStageError,
    aws_sdk_servicediscovery::list_instances::ListInstancesError,
    aws_sdk_ssm::get_parameter::GetParameterError,
    aws_sdk_ssm::get_parameter_history::GetParameterHistoryError,
    aws_sdk_ssm::label_parameter_version::LabelParameterVersionError,
    aws_sdk_ssm::list_tags_for_resource::ListTagsForResourceError,
}
