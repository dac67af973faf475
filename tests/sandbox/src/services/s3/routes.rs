//! Which operation a request is.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

use hyper::Method;

use crate::wire::Route;

/// The operations that the sandbox has. The more specific come first.
pub(super) static ROUTES: [Route; 23] = [
    Route::new(Method::GET, "/", "ListBuckets"),
    Route::new(Method::GET, "/{Bucket}?location", "GetBucketLocation"),
    Route::new(Method::GET, "/{Bucket}?versioning", "GetBucketVersioning"),
    Route::new(Method::PUT, "/{Bucket}?versioning", "PutBucketVersioning").with_payload(),
    Route::new(Method::GET, "/{Bucket}?uploads", "ListMultipartUploads"),
    Route::new(Method::GET, "/{Bucket}?versions", "ListObjectVersions"),
    Route::new(Method::GET, "/{Bucket}?list-type=2", "ListObjectsV2"),
    Route::new(Method::POST, "/{Bucket}?delete", "DeleteObjects").with_payload(),
    Route::new(Method::HEAD, "/{Bucket}", "HeadBucket"),
    Route::new(Method::PUT, "/{Bucket}", "CreateBucket").with_payload(),
    Route::new(Method::POST, "/{Bucket}/{Key+}?uploads", "CreateMultipartUpload"),
    Route::new(Method::PUT, "/{Bucket}/{Key+}?partNumber&uploadId", "UploadPart").with_payload(),
    Route::new(Method::POST, "/{Bucket}/{Key+}?uploadId", "CompleteMultipartUpload").with_payload(),
    Route::new(Method::DELETE, "/{Bucket}/{Key+}?uploadId", "AbortMultipartUpload"),
    Route::new(Method::GET, "/{Bucket}/{Key+}?uploadId", "ListParts"),
    Route::new(Method::GET, "/{Bucket}/{Key+}?retention", "GetObjectRetention"),
    Route::new(Method::PUT, "/{Bucket}/{Key+}?retention", "PutObjectRetention").with_payload(),
    Route::new(Method::GET, "/{Bucket}/{Key+}?legal-hold", "GetObjectLegalHold"),
    Route::new(Method::PUT, "/{Bucket}/{Key+}?legal-hold", "PutObjectLegalHold").with_payload(),
    Route::new(Method::HEAD, "/{Bucket}/{Key+}", "HeadObject"),
    Route::new(Method::PUT, "/{Bucket}/{Key+}", "PutObject").with_payload(),
    Route::new(Method::GET, "/{Bucket}/{Key+}", "GetObject"),
    Route::new(Method::DELETE, "/{Bucket}/{Key+}", "DeleteObject"),
];

/// Whether this is the name of an operation, and not the method and path of a request without a route.
pub(super) fn is_known(operation: &str) -> bool {
    !operation.contains(' ')
}
