// Names of the documents that the build gives to the program: assets of the executable, files beside the bundle.

export const sbomDocument = 'guest-init.cdx.json';
export const licencesDocument = 'guest-init.licences.txt';
