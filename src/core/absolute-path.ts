// Paths that user data and settings name.

/**
 * An absolute path on one line without a part "..". Every slash is looked behind, the first one too, and no `.` that stops at a line end
 * is between. Without flags: a JSON Schema has none.
 */
export const absolutePath = /^(?:\/(?!\.\.(?:\/|$))[^/\u0000-\u001f\u007f-\u009f\u2028\u2029]*)+$/;
