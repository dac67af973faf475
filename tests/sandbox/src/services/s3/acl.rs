//! Object Ownership, and the access control list of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>

use s3s::{
    S3Result,
    dto::{
        BucketCannedACL, GetBucketAclInput, GetBucketAclOutput, GetBucketOwnershipControlsInput,
        GetBucketOwnershipControlsOutput, Grant, Grantee, ObjectOwnership, Owner, OwnershipControls,
        OwnershipControlsRule, Permission, PutBucketAclInput, PutBucketAclOutput, PutBucketOwnershipControlsInput,
        PutBucketOwnershipControlsOutput, Type,
    },
    s3_error,
};

use super::{
    buckets::find,
    store::{Bucket, Store},
};

/// The canonical user id of the account.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html>
const OWNER: &str = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";

/// The owner of every bucket.
pub(super) fn owner() -> Owner {
    Owner { id: Some(OWNER.to_owned()), ..Owner::default() }
}

impl Bucket {
    /// Whether grants count.
    pub(super) fn allows_acls(&self) -> bool {
        self.ownership != ObjectOwnership::BUCKET_OWNER_ENFORCED
    }
}

pub(super) fn set_ownership(bucket: &mut Bucket, ownership: &ObjectOwnership) -> S3Result<()> {
    let known = [
        ObjectOwnership::BUCKET_OWNER_ENFORCED,
        ObjectOwnership::BUCKET_OWNER_PREFERRED,
        ObjectOwnership::OBJECT_WRITER,
    ];
    match known.contains(&ownership.as_str()) {
        false => Err(s3_error!(InvalidArgument, "Invalid x-amz-object-ownership header: {}", ownership.as_str())),
        true if ownership.as_str() == ObjectOwnership::BUCKET_OWNER_ENFORCED && !bucket.grants.is_empty() => {
            Err(s3_error!(
                InvalidBucketAclWithObjectOwnership,
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
            ))
        }
        true => {
            bucket.ownership = ownership.as_str().to_owned();
            Ok(())
        }
    }
}

pub(super) fn ownership(
    store: &mut Store,
    input: GetBucketOwnershipControlsInput,
) -> S3Result<GetBucketOwnershipControlsOutput> {
    let ownership = find(store, &input.bucket)?.ownership.clone();
    let rules = vec![OwnershipControlsRule { object_ownership: ObjectOwnership::from(ownership) }];
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(OwnershipControls { rules }) })
}

pub(super) fn put_ownership(
    store: &mut Store,
    input: PutBucketOwnershipControlsInput,
) -> S3Result<PutBucketOwnershipControlsOutput> {
    let bucket = find(store, &input.bucket)?;
    match input.ownership_controls.rules.as_slice() {
        [rule] => set_ownership(bucket, &rule.object_ownership)?,
        _ => return Err(s3_error!(MalformedXML, "There must be one rule of ownership")),
    }
    Ok(PutBucketOwnershipControlsOutput::default())
}

pub(super) fn get(store: &mut Store, input: GetBucketAclInput) -> S3Result<GetBucketAclOutput> {
    let grants = std::iter::once(own()).chain(find(store, &input.bucket)?.grants.iter().cloned());
    Ok(GetBucketAclOutput { grants: Some(grants.collect()), owner: Some(owner()) })
}

/// Replaces the list. The grants of a request are in its body or in its headers.
pub(super) fn put(store: &mut Store, input: PutBucketAclInput) -> S3Result<PutBucketAclOutput> {
    let bucket = find(store, &input.bucket)?;
    let canned = input.acl.as_ref().map(BucketCannedACL::as_str);
    let mut grants = Vec::new();
    let headers = [
        (Permission::FULL_CONTROL, input.grant_full_control),
        (Permission::READ, input.grant_read),
        (Permission::READ_ACP, input.grant_read_acp),
        (Permission::WRITE, input.grant_write),
        (Permission::WRITE_ACP, input.grant_write_acp),
    ];
    for (permission, header) in headers {
        for grantee in header.iter().flat_map(|header| header.split(',')) {
            grants.push(Grant {
                grantee: Some(grantee_of(grantee)?),
                permission: Some(Permission::from_static(permission)),
            });
        }
    }
    grants.extend(input.access_control_policy.and_then(|policy| policy.grants).unwrap_or_default());
    grants.retain(|grant| *grant != own());
    match canned {
        None | Some(BucketCannedACL::PRIVATE) => {}
        Some(_) => return Err(s3_error!(NotImplemented, "The sandbox has no canned ACL but private.")),
    }
    if !grants.is_empty() && !bucket.allows_acls() {
        return Err(s3_error!(AccessControlListNotSupported, "The bucket does not allow ACLs"));
    }
    bucket.grants = grants;
    Ok(PutBucketAclOutput::default())
}

/// The grant of the owner, which every list has.
fn own() -> Grant {
    let grantee = Grantee {
        id: Some(OWNER.to_owned()),
        display_name: None,
        email_address: None,
        type_: Type::from_static(Type::CANONICAL_USER),
        uri: None,
    };
    Grant { grantee: Some(grantee), permission: Some(Permission::from_static(Permission::FULL_CONTROL)) }
}

/// A grantee in a header: `id="…"` or `uri="…"`.
fn grantee_of(text: &str) -> S3Result<Grantee> {
    let (kind, value) = text.trim().split_once('=').unwrap_or_default();
    let value = Some(value.trim_matches('"').to_owned());
    let none =
        Grantee { id: None, display_name: None, email_address: None, type_: Type::from_static(Type::GROUP), uri: None };
    match kind {
        "id" => Ok(Grantee { id: value, type_: Type::from_static(Type::CANONICAL_USER), ..none }),
        "uri" => Ok(Grantee { uri: value, ..none }),
        _ => Err(s3_error!(InvalidArgument, "Argument format not recognized")),
    }
}
