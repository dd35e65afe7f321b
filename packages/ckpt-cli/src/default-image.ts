/** The image file where none is named. */
export const defaultImage = 'mycheckpoint';
