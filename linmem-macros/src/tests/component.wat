;; No module.
(; nor is this ;) ( component)
