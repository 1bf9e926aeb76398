// What text of others must not bring to a terminal or a log. Spelled out: \p{Cc} and its like would ask ICU for its tables at each start.

/** C0, DEL and C1, line and paragraph separators, and the marks that change the direction of text (Unicode Bidi_Control). Global. */
export const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
