;; No core module.
(component)
