/** A module that does not survive its own start. */
throw new Error('this machine has no such memory');
