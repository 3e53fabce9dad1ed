/**
 * Streams of one client at once. Browsers ask for a hundred or so; but what a client gives up counts for Node until its next turn,
 * and what it asks for in the same breath, as a browser does that leaves a page for another, is refused when both are more than this.
 * Node holds a client to it also before that has confirmed the setting.
 */
export const MOST_STREAMS = 256;

/**
 * Frames of a session that wait for its client, those with data not counted, beyond which there are no more hints. Node sends
 * none before the turn of the event loop is over: by then two may wait for each stream, a hint and the head of its answer,
 * though the client takes all of them at once.
 */
export const MOST_QUEUED_FRAMES = 2 * MOST_STREAMS;
