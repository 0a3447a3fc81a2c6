package io.fairlead.registry.file;

import io.fairlead.registry.Service;

/** A service and where its entry in the file begins. */
record LocatedService(Service service, Position position) {}
