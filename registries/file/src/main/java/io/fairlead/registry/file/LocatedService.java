package io.fairlead.registry.file;

import io.fairlead.registry.Service;

/** A service with the position at which it begins in its file. */
record LocatedService(Service service, TextPosition position) {}
